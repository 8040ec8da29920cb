using System.Diagnostics;
using NeuralNets.Core.Training.Steps;
using NeuralNets.Core.Training.Workers;

namespace NeuralNets.Core.Training;

/// <content>The steps of an epoch.</content>
internal sealed partial class TrainingRun<T>
{
    /// <summary>Runs the steps of an epoch for one worker. When training is cancelled, the epoch ends early.</summary>
    private void TrainEpoch(WorkerTeam team, int worker)
    {
        int batch = 0;
        while (batch < _order.Length)
        {
            if (_alone)
            {
                // Worker 0 does the others' parts, too, until the team is as fast.
                team.Barrier(); // the last step's updates are there
                if (worker == 0)
                {
                    while (batch < _order.Length && _alone)
                    {
                        batch = TrainBatch(team, isAlone: true, worker, batch);
                    }

                    _resume = batch;
                }

                team.Barrier();
                batch = _resume;
            }
            else
            {
                batch = TrainBatch(team, isAlone: false, worker, batch);
            }
        }
    }

    /// <summary>Runs the step of one batch: a worker's part, or all parts. Returns where the next batch begins: at the epoch's end when
    /// training is cancelled.</summary>
    private int TrainBatch(WorkerTeam team, bool isAlone, int worker, int start)
    {
        int endPart = isAlone ? _plan.WorkerCount : worker + 1;
        int size = Math.Min(_batchSize, _order.Length - start);
        for (int done = 0; done < size; done += _plan.MicroBatchSize)
        {
            ReadOnlySpan<int> rest = _order.AsSpan(start + done);
            ReadOnlySpan<int> samples = rest[..Math.Min(_plan.MicroBatchSize, size - done)];
            rest = rest[samples.Length..];
            var batch = new MicroBatch(
                samples, rest[..Math.Min(samples.Length, rest.Length)], isFirst: done == 0, isLast: done + samples.Length == size)
            {
                Epoch = _trainer.EpochsCompleted,
                Position = start + done,
            };
            if (worker == 0 && batch.IsFirst)
            {
                _cancelled = _cancellation.IsCancellationRequested;
            }

            for (int part = worker; part < endPart; part++)
            {
                _step.ForwardUnits(batch, part);
            }

            Wait(team, isAlone);
            if (_cancelled)
            {
                // Read between two barriers, nowhere else: worker 0 may be a step ahead of the others' loops, and all must leave
                // at one step.
                return _order.Length;
            }

            if (worker == 0 && start == 0 && batch.IsFirst)
            {
                _pace.Resume(team.Waited, Stopwatch.GetTimestamp()); // after the barrier: all have waited to the end
            }

            for (int part = worker; part < endPart; part++)
            {
                _step.PropagateSamples(batch, part);
            }

            if (worker == 0 && batch.IsFirst)
            {
                // All have done the last update, and read this only behind the next barrier.
                _lastUpdate = _lastUpdate.Next(_settings.Optimizer, NextRate());
            }

            if (worker == 0 && batch.IsLast)
            {
                ChoosePace(team, size);
            }

            Wait(team, isAlone);
            if (_step.HasNonFiniteCost)
            {
                ThrowNonFiniteCost(team, worker, (start / _batchSize) + 1, samples.Length);
            }

            ParameterUpdate<T> update = UpdateOf(size);
            for (int part = worker; part < endPart; part++)
            {
                _step.Update(batch, update, part);
            }

            if (batch.IsLast && _settings.MaxGradientNorm is { } maxNorm)
            {
                Wait(team, isAlone); // the gradient is complete
                for (int part = worker; part < endPart; part++)
                {
                    double norm = _step.Apply(update, maxNorm, part);
                    if (part == 0)
                    {
                        _sumOfNorms += norm;
                    }
                }
            }

            if (worker == 0)
            {
                AddScores(samples);
            }
        }

        _hooks.OnStep?.Invoke(worker);
        return start + _batchSize;
    }

    /// <summary>Returns the learning rate of the next step.</summary>
    private double NextRate()
    {
        double rate = _settings.ReduceOnPlateau is { } plateau
            ? _trainer.Plateau.Rate(_settings.LearningRate, plateau.Minimum)
            : _settings.LearningRate;
        if (_settings.Schedule is not { } schedule)
        {
            return rate;
        }

        double factor = schedule.Factor(_lastUpdate.Number, StepsPerEpoch);
        return factor >= 0 && T.IsFinite(T.CreateSaturating(rate * factor))
            ? rate * factor
            : throw new InvalidOperationException(FormattableString.Invariant(
                $"The factor of a schedule must be finite and not negative, but {schedule} returned {factor} after ")
                + FormattableString.Invariant($"{_lastUpdate.Number} steps."));
    }

    private ParameterUpdate<T> UpdateOf(int samples) => new(
        _settings.Optimizer,
        _lastUpdate,
        T.One / T.CreateChecked(samples),
        T.CreateChecked(_settings.L1),
        T.CreateChecked(_settings.L2),
        WaitsForNorm: _settings.MaxGradientNorm is not null);

    private static void Wait(WorkerTeam team, bool isAlone)
    {
        if (!isAlone)
        {
            team.Barrier();
        }
    }

    /// <summary>Decides how the next step is worked: between two barriers of a step, so that all read the same.</summary>
    private void ChoosePace(WorkerTeam team, int samples)
    {
        if (_hooks.IsAlone is not null)
        {
            _alone = _hooks.IsAlone();
        }
        else if (_plan.WorkerCount > 1)
        {
            _pace.Report(samples, team.Waited, Stopwatch.GetTimestamp());
            _alone = _pace.IsAlone;
        }
    }

    private void AddScores(ReadOnlySpan<int> samples)
    {
        // One chain over the epoch, in the order of the samples.
        for (int j = 0; j < samples.Length; j++)
        {
            _score.Add(_step.Costs[j], _step.Correct[j], _training.Targets.WeightOf(samples[j]));
        }
    }

    private void ThrowNonFiniteCost(WorkerTeam team, int worker, int step, int columns)
    {
        if (worker == 0)
        {
            foreach (double cost in _step.Costs[..columns])
            {
                if (!double.IsFinite(cost))
                {
                    throw new NonFiniteCostException(_trainer.EpochsCompleted + 1, step, cost, _settings.LearningRate);
                }
            }
        }

        // Worker 0 does not come to this barrier, so the others leave here.
        team.Barrier();
    }
}
