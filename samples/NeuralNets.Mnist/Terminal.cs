using Spectre.Console;
using Spectre.Console.Rendering;

namespace NeuralNets.Mnist;

/// <summary>Where the program writes: lines as they are, and Spectre.Console's tables and charts
/// in what the terminal can do.</summary>
internal sealed class Terminal
{
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings());

    public Terminal()
    {
        bool isDumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        bool hasNoColor = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        Capabilities capabilities = _console.Profile.Capabilities;
        capabilities.Unicode &= !isDumb;
        capabilities.Ansi &= !isDumb && !Console.IsOutputRedirected;
        capabilities.ColorSystem = capabilities.Ansi && !hasNoColor ? capabilities.ColorSystem : ColorSystem.NoColors;
    }

    /// <summary>Whether what was written can be redrawn: an interactive terminal.</summary>
    public bool IsLive => _console.Profile.Capabilities.Ansi;

    /// <summary>Whether there are enough colours for grey tones.</summary>
    public bool HasGreys => _console.Profile.Capabilities.ColorSystem is ColorSystem.TrueColor or ColorSystem.EightBit;

    public bool HasUnicode => _console.Profile.Capabilities.Unicode;

    public int Width => _console.Profile.Width;

    public IAnsiConsole Live => _console;

    /// <summary>Writes a line as it is, however long.</summary>
    public static void WriteLine(string line = "") => Console.WriteLine(line);

    /// <summary>Writes a line, broken between words where a terminal is too narrow for it.</summary>
    public void WriteText(string text)
    {
        if (Console.IsOutputRedirected)
        {
            WriteLine(text);
        }
        else
        {
            _console.Write(new Text(text + "\n"));
        }
    }

    /// <summary>Writes a table or chart.</summary>
    public void Write(IRenderable renderable) => _console.Write(renderable);

    /// <summary>Creates a table in the style of the program. Columns hold plain text; all but the first are numbers.</summary>
    public Table CreateTable(params string[] columns)
    {
        Table table = new Table { Border = HasUnicode ? TableBorder.Simple : TableBorder.Ascii }.LeftAligned();
        for (int i = 0; i < columns.Length; i++)
        {
            var column = new TableColumn(Markup.Escape(columns[i])) { Padding = new Padding(0, 0) };
            table.AddColumn(i == 0 ? column : column.RightAligned());
        }

        return table;
    }
}
