using EntryGen.Benchmarks.Exploration;
using EntryGen.Exploration;

namespace EntryGen.OracleTests.Exploration;

/// <summary>The explorer's states, one by one as many as spin's, and its verdicts.</summary>
public class StateCountTests
{
    /// <summary>What <see cref="ParanoidModel"/> says, in Promela.</summary>
    private const string Promela = """
        #define SAVE    BEFORE
        #define TOKERNEL (BEFORE + 1)
        #define BODY    (BEFORE + 2)
        #define COMPARE (BEFORE + HANDLER + 2)
        #define WRITE   (COMPARE + 1)
        #define RETURN  (WRITE + AFTER + 1)
        #define PC      ip[level]
        #define PLAIN   (PC != SAVE && PC != COMPARE && PC != RETURN)

        byte ip[4], save[4], found[4], what[4], level, cr3;
        bool nmi;

        inline deliver(event) {
            level++;
            what[level] = event;
            found[level] = cr3;
            nmi = nmi || event == 1
        }

        inline go_back() {
            assert(cr3 == found[level]);
            nmi = nmi && what[level] != 1;
            PC = 0; save[level] = 0; found[level] = 0; what[level] = 0;
            level--
        }

        active proctype processor() {
            if :: cr3 = 2 :: cr3 = 3 fi;
        end:
            do
            :: d_step { level < 3 && !nmi -> deliver(1) }
            :: d_step { level < 3 -> deliver(2) }
            :: d_step { level < 3 -> deliver(3) }
            :: d_step { level == 0 && PC == SAVE -> cr3 = cr3 & 1; PC++ }
            :: d_step { level == 0 && PC == COMPARE -> cr3 = cr3 | 2; PC++ }
            :: d_step { level == 0 && PC == RETURN -> PC = 0 }
            :: d_step { level == 0 && PLAIN -> PC++ }
            :: d_step { level > 0 && PC == SAVE -> save[level] = cr3; PC++ }
            :: d_step { level > 0 && PC == TOKERNEL -> cr3 = cr3 & 1; PC++ }
            :: d_step { level > 0 && PC == BODY && what[level] != 1 -> cr3 = cr3 ^ 1; PC++ }
            :: d_step { level > 0 && PC == COMPARE -> if :: (WHENUSER && (save[level] & 2)) || (!WHENUSER && save[level] != cr3) -> PC++ :: else -> PC = PC + 2 fi }
            :: d_step { level > 0 && PC == WRITE -> cr3 = save[level]; PC++ }
            :: d_step { level > 0 && PC == RETURN -> go_back() }
            :: d_step { level > 0 && PLAIN && PC != TOKERNEL && PC != WRITE -> PC++ }
            od
        }
        """;

    [SpinTheory]
    [InlineData(1, 1, 0)]
    [InlineData(1, 2, 1)]
    public void As_many_states_as_spin(int before, int handler, int after)
    {
        var spin = Spin.Check(Promela, $"BEFORE={before}", $"HANDLER={handler}", $"AFTER={after}", "WHENUSER=0");
        var model = new ParanoidModel(before, handler, after);

        var result = Explore.Model(model).With(model.RestoresCr3).Run().ShouldHold();

        Assert.Equal(0, spin.Errors);
        Assert.Equal(spin.States, result.States);
    }

    [SpinTheory]
    [InlineData(1, 1, 1)]
    public void The_same_verdict_as_spin_on_a_wrong_restore(int before, int handler, int after)
    {
        var spin = Spin.Check(Promela, $"BEFORE={before}", $"HANDLER={handler}", $"AFTER={after}", "WHENUSER=1");
        var model = new ParanoidModel(before, handler, after, Restore.WhenUser);

        Explore.Model(model).With(model.RestoresCr3).Run().ShouldBeViolated("P1.1");

        Assert.Equal(1, spin.Errors);
    }

    [Fact]
    public void The_full_model_has_as_many_states_as_spin_counts_in_it()
    {
        var model = ParanoidModel.Full;
        var result = Explore.Model(model).With(model.RestoresCr3).Run().ShouldHold();
        Assert.Equal(14_786_889, result.States);
        Assert.InRange(result.BytesPerState, 8, 40);
    }
}
