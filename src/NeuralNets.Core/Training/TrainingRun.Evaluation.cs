using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Training.Workers;

namespace NeuralNets.Core.Training;

/// <content>The evaluation at the end of an epoch.</content>
internal sealed partial class TrainingRun<T>
{
    /// <summary>Makes sure that the network has finite answers for the training set after the epoch's last update, which no cost has
    /// shown yet. The bound of worker 0 mostly shows it at once; if it does not, the training set is predicted.</summary>
    private void CheckAnswers(WorkerTeam team, int worker)
    {
        team.Barrier();
        if (!_mustEvaluateTraining)
        {
            return;
        }

        Evaluate(_training, team, worker);
        if (worker == 0)
        {
            foreach (double cost in _evaluationCosts.AsSpan(0, _training.Count))
            {
                if (!double.IsFinite(cost))
                {
                    int step = ((_training.Count - 1) / _batchSize) + 1;
                    throw new NonFiniteCostException(_trainer.EpochsCompleted + 1, step, cost, _settings.LearningRate);
                }
            }
        }

        team.Barrier(); // the costs are read: the evaluation of the validation set may write its own
    }

    private bool AnswersAreFinite()
    {
        if (AnswerBound.IsFinite(Network, _training.LargestFeature))
        {
            return true;
        }

        Span<double> costs = _evaluationCosts.AsSpan(0, _training.Count);
        Network.Evaluate(_training, 0, costs, _evaluationCorrect.AsSpan(0, costs.Length), _settings.Loss!, _settings.Backend);
        foreach (double cost in costs)
        {
            if (!double.IsFinite(cost))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Evaluates the network on a set, each worker its part. Ends with a barrier; worker 0 gets the score.</summary>
    private Score? Evaluate(Dataset<T>? set, WorkerTeam team, int worker)
    {
        if (set is not null)
        {
            if (worker == 0)
            {
                _evaluationTime.Start();
            }

            (int start, int count) = Partition.Share(set.Count, _plan.WorkerCount, worker);
            Network.Evaluate(
                set,
                start,
                _evaluationCosts.AsSpan(start, count),
                _evaluationCorrect.AsSpan(start, count),
                _settings.Loss!,
                _settings.Backend);
        }

        team.Barrier();
        if (worker != 0 || set is null)
        {
            return null;
        }

        _evaluationTime.Stop();
        return Network<T>.ScoreOf(set, _evaluationCosts.AsSpan(0, set.Count), _evaluationCorrect);
    }
}
