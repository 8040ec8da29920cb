namespace NeuralNets.Mnist;

/// <summary>How the program ends.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A mistake of the user, who was told in one line.</summary>
    public const int Mistake = 1;

    /// <summary>Ctrl-C, by the convention of shells: 128 and the number of the signal.</summary>
    public const int Interrupted = 130;
}
