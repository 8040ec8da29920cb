using NeuralNets.Core.Backends;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>
/// The entry point of the test assembly when it is run as a program of its own, by <see cref="Child"/>: for what must be tested in
/// a process with other settings. The test host does not come here.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        switch (args)
        {
            case ["bits"]:
                BitsScenario.PrintSmallNetworks();
                return 0;
            case ["mnist", var workers, var microBatchSize, var byUnits]:
                BitsScenario.PrintMnist(int.Parse(workers, null), int.Parse(microBatchSize, null), bool.Parse(byUnits));
                return 0;
            case ["checkpoint", var type, var path, var epochs]:
                CheckpointScenario.Train(type, path, int.Parse(epochs, null));
                return 0;
            case ["checkpoint-elsewhere", var folder]:
                CheckpointScenario.TrainAndLeave(folder);
                return 0;
            case ["write-until-told", var path]:
                FileScenario.WriteUntilTold(path);
                return 0;
            case ["dataset-until-told", var path]:
                FileScenario.WriteDatasetUntilTold(path);
                return 0;
            case ["save", var path]:
                FileScenario.Save(path);
                return 0;
            case ["without-rights", var folder]:
                FileScenario.PrintWithoutRights(folder);
                return 0;
            case ["page", var program, .. var arguments]:
                PageScenario.Run(program, arguments);
                return 0;
            case ["page-and-hardware", var program]:
                Console.WriteLine(BitsScenario.Hardware);
                PageScenario.Run(program);
                return 0;
            case ["blocked-pool"]:
                BlockedPoolScenario.Print();
                return 0;
            case ["arithmetic", "float", var mode]:
                ArithmeticScenario.PrintRefusals<float>(uint.Parse(mode, null));
                return 0;
            case ["arithmetic", "double", var mode]:
                ArithmeticScenario.PrintRefusals<double>(uint.Parse(mode, null));
                return 0;
            case ["arithmetic-changes"]:
                ArithmeticScenario.PrintChangesInTraining();
                return 0;
            case ["arithmetic-pool"]:
                ArithmeticScenario.PrintPrediction();
                return 0;
            case ["kernels"]:
                KernelScenario.PrintHashes();
                return 0;
            case ["kernel-tests", .. var leftOut]:
                return TestsScenario.RunKernels(leftOut) ? 0 : 1;
            case ["threads"]:
                ThreadScenario.Print();
                return 0;
            case ["mkl", var threading]:
                MklScenario.PrintStart(Enum.Parse<MklThreading>(threading));
                return 0;
            case ["mkl-once"]:
                MklScenario.PrintWhenItIsLoaded();
                return 0;
            case ["mkl-two-layers"]:
                MklScenario.PrintTwoLayers();
                return 0;
            case ["mathnet-provider"]:
                MathNetScenario.PrintProvider();
                return 0;
            default:
                Console.Error.WriteLine($"There is no scenario '{string.Join(' ', args)}'.");
                return 2;
        }
    }
}
