namespace NeuralNets.Mnist;

/// <summary>The exit codes of the program.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>An error of the user, which was reported in one line.</summary>
    public const int Mistake = 1;

    /// <summary>Ctrl-C, by the convention of shells: 128 and the number of the signal.</summary>
    public const int Interrupted = 130;
}
