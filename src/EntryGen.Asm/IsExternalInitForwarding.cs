#if NET
using System.Runtime.CompilerServices;

// A compiler component is compiled against the netstandard2.0 build, whose init accessors carry that build's own IsExternalInit in their
// signature. In the tool and in tests it runs with this build: without the forward every such accessor would be a missing method.
[assembly: TypeForwardedTo(typeof(IsExternalInit))]
#endif
