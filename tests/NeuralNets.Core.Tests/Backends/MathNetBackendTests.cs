using NeuralNets.Core.Tests.ChildProcess;

namespace NeuralNets.Core.Tests.Backends;

public sealed class MathNetBackendTests
{
    [Fact]
    public void Backend_ProviderOfTheTest_RunsOnItCopiesPartsOnlyAndChangesNothing()
    {
        // The batch of 30 after two of 50: a layer's dZ and the inputs or values before it go in for the gradient, and for the values and
        // derivatives one thing goes in and one comes out. With 8-6-5-4 units that is, in floats a sample,
        // (8 + 6) + (6 + 5) + (5 + 4) forward, (4 + 5) + (5 + 6) back and (6 + 8) + (5 + 6) + (4 + 5) for the gradients.
        const int Floats = 30 * (14 + 11 + 9 + 9 + 11 + 14 + 11 + 9);

        Child.Run("mathnet-provider").Should().Equal(
            "Math.NET (a provider for the test)",
            "Math.NET (Managed)",
            "Math.NET (a provider for the test): 16 products, 1 worker",
            "whole batches copied 0 bytes",
            $"a short batch copied {Floats * sizeof(float)} bytes in more than no time: True",
            "prediction: 3 products",
            "the process's provider is untouched: True");
    }
}
