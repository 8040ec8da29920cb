using System.Diagnostics;
using NeuralNets.Core.Training;
using Spectre.Console;

namespace NeuralNets.Mnist;

/// <summary>Shows the epochs of a training run as they come: a bar in an interactive terminal, lines elsewhere.</summary>
internal static class EpochDisplay
{
    private const int BarWidth = 40;

    /// <summary>Trains under the display.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="epochs">How many epochs will come.</param>
    /// <param name="samples">How many samples an epoch has.</param>
    /// <param name="watched">The name of the set that is evaluated after each epoch.</param>
    /// <param name="linesBetween">The epochs from one line to the next where there is no bar; 0 for no lines.</param>
    /// <param name="train">Trains, and reports its epochs.</param>
    /// <returns>What <paramref name="train"/> returns.</returns>
    public static TResult Show<TResult>(
        Terminal terminal, int epochs, int samples, string watched, int linesBetween, Func<Action<EpochResult>, TResult> train)
    {
        if (!terminal.IsLive)
        {
            return train(epoch =>
            {
                if (linesBetween > 0 && (epoch.Epoch == 1 || epoch.Epoch % linesBetween == 0 || epoch.Epoch == epochs))
                {
                    terminal.WriteText(
                        $"Epoch {epoch.Epoch,4}: cost {epoch.Training.Cost.Mean:F6}, "
                        + $"training accuracy {100 * epoch.Training.Accuracy:F2} %, "
                        + $"{watched} accuracy {100 * epoch.Validation!.Accuracy:F2} %, {epoch.TrainingTime.TotalSeconds:F1} s");
                }
            });
        }

        string status = "Training starts.";
        var clock = Stopwatch.StartNew();
        return terminal.Live.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn { Width = BarWidth }, new PercentageColumn())
            .UseRenderHook((bar, _) => new Rows(bar, new Text(Volatile.Read(ref status))))
            .Start(context =>
            {
                ProgressTask task = context.AddTask("Training", maxValue: epochs);
                return train(epoch =>
                {
                    double rate = (double)epoch.Epoch * samples / epoch.TrainingTime.TotalSeconds;
                    TimeSpan left = clock.Elapsed / epoch.Epoch * (epochs - epoch.Epoch);
                    Volatile.Write(
                        ref status,
                        $"Epoch {epoch.Epoch} of {epochs}, {rate:N0} samples/s, {left:h\\:mm\\:ss} left\n"
                        + $"cost {epoch.Training.Cost.Mean:F6}, accuracy: "
                        + $"training {100 * epoch.Training.Accuracy:F2} %, {watched} {100 * epoch.Validation!.Accuracy:F2} %");
                    task.Value = epoch.Epoch;
                });
            });
    }
}
