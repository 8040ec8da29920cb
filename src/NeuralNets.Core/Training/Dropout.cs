namespace NeuralNets.Core.Training;

/// <summary>The rates of dropout: with which probability each step of training leaves out a unit. Immutable.</summary>
/// <remarks>
/// For each sample of a step, a value a of a hidden layer, after its function, becomes 0 with the probability p of
/// <see cref="HiddenRate"/>, otherwise <c>a/(1 − p)</c>, so that its mean stays; its derivative is multiplied by the same. Inputs are
/// left out likewise, by <see cref="InputRate"/>; outputs never are. Prediction and evaluation leave out nothing. What is left out is a
/// function of the seed, the epoch, the layer, the position of the sample in the epoch and the unit alone: neither the number of
/// threads nor an interruption changes it. Rates are rounded to multiples of 2⁻³¹. Source: N. Srivastava, G. Hinton, A. Krizhevsky, I.
/// Sutskever, R. Salakhutdinov, "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15 (2014), which multiplies
/// by 1 − p in prediction instead.
/// </remarks>
public sealed record Dropout
{
    /// <summary>Creates the rates.</summary>
    /// <param name="hiddenRate">The probability with which a unit of a hidden layer is left out, from 0 to less than 1.</param>
    /// <param name="inputRate">The probability with which an input is left out, from 0 to less than 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is not from 0 to less than 1.</exception>
    public Dropout(double hiddenRate, double inputRate = 0)
    {
        Check(hiddenRate, nameof(hiddenRate));
        Check(inputRate, nameof(inputRate));
        HiddenRate = hiddenRate;
        InputRate = inputRate;
    }

    /// <summary>The probability with which a unit of a hidden layer is left out.</summary>
    public double HiddenRate { get; }

    /// <summary>The probability with which an input is left out.</summary>
    public double InputRate { get; }

    /// <summary>Returns whether a number can be a rate.</summary>
    internal static bool IsRate(double value) => value is >= 0 and < 1;

    private static void Check(double rate, string parameter)
    {
        if (!IsRate(rate))
        {
            throw new ArgumentOutOfRangeException(
                parameter, rate, "A rate of dropout is the probability of leaving out: it must be from 0 to less than 1.");
        }
    }
}
