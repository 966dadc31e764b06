using EntryGen.Tool;
using Microsoft.Playwright;

namespace EntryGen.OracleTests.Browser;

/// <summary>The page of <c>--html</c> in a browser: it loads from one file, shows the run, and the keyboard moves through it.</summary>
public sealed class TracePageTests : IAsyncLifetime
{
    /// <summary>An interrupt that switches GS, makes two pushes in a macro and is back. The label has what HTML would take for its own.</summary>
    private const string Code = """
        .macro SAVE_TWO first:req
        	pushq	\first
        	pushq	%rcx
        .endm
        	.section .entry.text, "ax"
        	.globl	asm_sysvec_reschedule_ipi
        asm_sysvec_reschedule_ipi:
        	swapgs
        "</script><b>":
        	SAVE_TWO first=%rax
        	addq	$16, %rsp
        	swapgs
        	iretq

        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("entrygen-page-").FullName;
    private readonly List<string> _complaints = [];
    private readonly List<string> _requests = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        File.WriteAllText(Path.Combine(_directory, "ipi.S"), Code);
        using var output = new StringWriter();
        var exit = CommandLine.Run(["trace", "asm_sysvec_reschedule_ipi", "ipi.S", "--html", "run.html"], output, output, _directory);
        Assert.True(exit == 0, output.ToString());
        _playwright = await Playwright.CreateAsync();

        // A container's root has no sandbox to give; the page is our own.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = BrowserFactAttribute.Executable, Args = ["--no-sandbox"] });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [BrowserFact]
    public async Task The_page_loads_by_itself_and_shows_the_run()
    {
        var page = await OpenAsync(ColorScheme.Light);
        Assert.Equal("asm_sysvec_reschedule_ipi: interrupt 0xfd in user code", await page.TitleAsync());
        Assert.Equal(7, await page.Locator("#steps li").CountAsync());
        Assert.Equal(["CR3", "GS", "stack", "depth", "IF", "NMI", "CPL"], (await page.Locator("#names div").AllTextContentsAsync()).Where(name => name.Length > 0));
        Assert.Contains("ipi.S:8", await page.Locator("#steps li").Nth(1).TextContentAsync(), StringComparison.Ordinal);
        Assert.Empty(_complaints);
        Assert.Equal([new Uri(Path.Combine(_directory, "run.html")).AbsoluteUri], _requests.Where(request => !request.StartsWith("data:", StringComparison.Ordinal)));
    }

    [BrowserFact]
    public async Task Keys_step_forward_and_back()
    {
        var page = await OpenAsync(ColorScheme.Light);
        await ShowsAsync(page, 1);
        await page.Keyboard.PressAsync("ArrowRight");
        await ShowsAsync(page, 2);
        Assert.Contains("user → kernel", await page.Locator("#detail dd.changed").AllTextContentsAsync());
        await page.Keyboard.PressAsync("ArrowRight");
        await ShowsAsync(page, 3);
        Assert.Equal("SAVE_TWO@ipi.S:10", await page.Locator("#detail .macros li").TextContentAsync());
        await page.Keyboard.PressAsync("ArrowLeft");
        await ShowsAsync(page, 2);
        await page.Keyboard.PressAsync("ArrowLeft");
        await page.Keyboard.PressAsync("ArrowLeft");
        await ShowsAsync(page, 1);
        await page.Keyboard.PressAsync("End");
        await ShowsAsync(page, 7);
        await page.Keyboard.PressAsync("ArrowRight");
        await ShowsAsync(page, 7);
        await page.Keyboard.PressAsync("p");
        await ShowsAsync(page, 6);
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("n");
        await ShowsAsync(page, 2);
        Assert.Empty(_complaints);
    }

    [BrowserFact]
    public async Task A_click_shows_a_step_and_the_buttons_move()
    {
        var page = await OpenAsync(ColorScheme.Light);
        await page.Locator("#steps li").Nth(4).ClickAsync();
        await ShowsAsync(page, 5);
        await page.Locator("#forward").ClickAsync();
        await ShowsAsync(page, 6);
        await page.Locator("#back").ClickAsync();
        await page.Locator("#first").ClickAsync();
        await ShowsAsync(page, 1);
        await page.Locator("#last").ClickAsync();
        await ShowsAsync(page, 7);
    }

    /// <summary>Text must stand out from what it stands on by the 4.5 to 1 that WCAG 2.1 asks for, in both schemes.</summary>
    [BrowserFact]
    public async Task Text_is_readable_in_light_and_dark()
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            var page = await OpenAsync(scheme);
            await page.Keyboard.PressAsync("n");
            foreach (var place in new[] { "h1", "#facts", "#steps li[aria-current] code:last-child", "#steps li:nth-child(5) code:first-child", "#detail dt", "#detail dd.changed" })
            {
                var contrast = await page.EvaluateAsync<double>(Contrast, place);
                Assert.True(contrast >= 4.5, $"{scheme}: {place} has a contrast of {contrast:0.0}");
            }
        }
    }

    /// <summary>The ratio of the relative luminance of an element's text and of the nearest painted background (WCAG 2.1, 1.4.3).</summary>
    private const string Contrast = """
        selector => {
          const parse = text => text.match(/[\d.]+/g).map(Number);
          const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
          let element = document.querySelector(selector);
          const text = luminance(parse(getComputedStyle(element).color));
          while ((parse(getComputedStyle(element).backgroundColor)[3] ?? 1) === 0) element = element.parentElement;
          const ground = luminance(parse(getComputedStyle(element).backgroundColor));
          return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
        }
        """;

    private async Task<IPage> OpenAsync(ColorScheme scheme)
    {
        var page = await _browser!.NewPageAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = 1280, Height = 800 } });
        page.Console += (_, message) => _complaints.Add(message.Text);
        page.PageError += (_, message) => _complaints.Add(message);
        page.Request += (_, request) => _requests.Add(request.Url);
        await page.GotoAsync(new Uri(Path.Combine(_directory, "run.html")).AbsoluteUri);
        return page;
    }

    private static async Task ShowsAsync(IPage page, int step)
    {
        Assert.Equal($"{step} / 7", await page.Locator("#position").TextContentAsync());
        Assert.StartsWith(step.ToString(System.Globalization.CultureInfo.InvariantCulture), await page.Locator("#steps li[aria-current]").TextContentAsync(), StringComparison.Ordinal);
    }
}
