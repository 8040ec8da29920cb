using System.CommandLine;
using System.CommandLine.Invocation;
using NeuralNets.Mnist;
using NeuralNets.Mnist.Options;

// Trains networks on the MNIST digits (Commands/TrainCommand.cs), shows the digits, and repeats the runs of the Python original.
ParseResult parsed = CommandLine.Create(new Terminal()).Parse(args);
if (parsed.Action is ParseErrorAction error)
{
    // What is wrong would scroll out of sight.
    error.ShowHelp = false;
    error.ShowTypoCorrections = false;
}

try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (UserException exception)
{
    Console.Error.WriteLine(exception.Message);
    return ExitCode.Mistake;
}
