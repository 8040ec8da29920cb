using System.Diagnostics;
using System.Numerics;
using NeuralNets.Core.Data;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core.Training;

/// <summary>
/// One call of <see cref="GradientDescentTrainer{T}.Fit"/>: the loop over epochs, batches and chunks that every worker of the team
/// runs in step with the others. What is one worker's alone, such as reporting, is worker 0's, the calling thread's.
/// </summary>
internal sealed class TrainingRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GradientDescentTrainer<T> _trainer;
    private readonly Dataset<T> _training;
    private readonly Dataset<T>? _validation;
    private readonly IProgress<EpochResult>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly int _epochs;
    private readonly int _batchSize;
    private readonly StepPlan _plan;
    private readonly TeamPace _pace = new(Stopwatch.GetTimestamp());
    private readonly TrainingStep<T> _step;
    private readonly int[] _order;
    private readonly int[] _predicted;
    private readonly int[] _hits; // a worker each, far enough apart not to share a cache line
    private readonly List<EpochResult> _results = [];
    private readonly Stopwatch _trainingTime = new();
    private readonly Stopwatch _evaluationTime = new();
    private double _cost;
    private bool _cancelled;
    private bool _alone;
    private int _resume;
    private EpochResult? _pending;

    public TrainingRun(
        GradientDescentTrainer<T> trainer,
        Dataset<T> training,
        int epochs,
        Dataset<T>? validation,
        IProgress<EpochResult>? progress,
        CancellationToken cancellation)
    {
        _trainer = trainer;
        _training = training;
        _validation = validation;
        _progress = progress;
        _cancellation = cancellation;
        _epochs = epochs;
        _batchSize = Math.Min(trainer.BatchSize ?? training.Count, training.Count);
        _plan = trainer.Plan(_batchSize);
        _step = new TrainingStep<T>(
            trainer.Network, trainer.Loss, training, T.CreateChecked(trainer.LearningRate), _plan, accumulates: _batchSize > _plan.ChunkColumns, trainer.Backend);
        _order = new int[training.Count];
        _predicted = new int[Math.Max(validation?.Count ?? 0, IsFullBatch ? training.Count : 0)];
        _hits = new int[_plan.Workers * HitsStride];
    }

    private const int HitsStride = 32;

    /// <summary>Whether an epoch is one step. Then the order of the samples is theirs, and the training accuracy after an update comes
    /// with the next epoch's forward pass.</summary>
    private bool IsFullBatch => _batchSize == _training.Count;

    /// <summary>Trains.</summary>
    public TrainingResult Run()
    {
        WorkerTeam.Run(_plan.Workers, RunWorker);
        if (_cancelled)
        {
            throw new OperationCanceledException(_cancellation);
        }

        double samples = (double)_epochs * _training.Count;
        return new TrainingResult
        {
            Epochs = _results.AsReadOnly(),
            TrainingTime = _trainingTime.Elapsed,
            EvaluationTime = _evaluationTime.Elapsed,
            SamplesPerSecond = samples / _trainingTime.Elapsed.TotalSeconds,
            Workers = _plan.Workers,
            Backend = _trainer.Backend.Name,
        };
    }

    private void RunWorker(WorkerTeam team, int worker)
    {
        try
        {
            RunEpochs(team, worker);
        }
        finally
        {
            // However training ends, the network has what was learned.
            _step.Save(worker);
        }
    }

    private void RunEpochs(WorkerTeam team, int worker)
    {
        for (int epoch = 0; epoch < _epochs; epoch++)
        {
            if (worker == 0)
            {
                _trainingTime.Start();
                Order();
                _cost = 0;
            }

            FloatingPointMode.Require(); // each time, and on each thread: handlers and activations may call native code
            team.Barrier();
            _step.Load(worker); // each time: a progress handler may have written to the network
            _hits[worker * HitsStride] = TrainEpoch(team, worker);
            FloatingPointMode.Require();
            if (_cancelled)
            {
                return;
            }

            _step.Save(worker);
            team.Barrier();
            if (worker == 0)
            {
                _trainingTime.Stop();
                _trainer.EpochsCompleted++;
            }

            Evaluate(_validation, team, worker);
            if (worker == 0)
            {
                EndEpoch(isLast: epoch == _epochs - 1);
            }
        }

        if (IsFullBatch)
        {
            team.Barrier(); // worker 0 has read what was predicted for the validation set
            Evaluate(_training, team, worker);
            if (worker == 0)
            {
                Report(_pending! with { TrainingAccuracy = PredictedShare(_training) });
            }
        }
    }

    /// <summary>Writes the order of the samples in the next epoch, which depends on the seed and the epoch alone.</summary>
    private void Order()
    {
        if (IsFullBatch)
        {
            for (int i = 0; i < _order.Length; i++)
            {
                _order[i] = i;
            }
        }
        else
        {
            RandomSequence.ForShuffle(_trainer.Seed, _trainer.EpochsCompleted).Permutation(_order);
        }
    }

    /// <summary>Runs the steps of an epoch for one worker, and returns how many of its samples were classified correctly. When
    /// training is cancelled, the epoch ends early.</summary>
    private int TrainEpoch(WorkerTeam team, int worker)
    {
        int hits = 0;
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
                        batch = TrainStep(team, isAlone: true, worker, batch, ref hits);
                    }

                    _resume = batch;
                }

                team.Barrier();
                batch = _resume;
            }
            else
            {
                batch = TrainStep(team, isAlone: false, worker, batch, ref hits);
            }
        }

        return hits;
    }

    /// <summary>Runs one step: a worker's part, or all parts. Returns where the next batch begins: at the epoch's end when training is
    /// cancelled.</summary>
    private int TrainStep(WorkerTeam team, bool isAlone, int worker, int batch, ref int hits)
    {
        int endPart = isAlone ? _plan.Workers : worker + 1;
        int size = Math.Min(_batchSize, _order.Length - batch);
        for (int chunk = 0; chunk < size; chunk += _plan.ChunkColumns)
        {
            ReadOnlySpan<int> rest = _order.AsSpan(batch + chunk);
            ReadOnlySpan<int> samples = rest[..Math.Min(_plan.ChunkColumns, size - chunk)];
            rest = rest[samples.Length..];
            ReadOnlySpan<int> next = rest[..Math.Min(samples.Length, rest.Length)];
            if (worker == 0 && chunk == 0)
            {
                _cancelled = _cancellation.IsCancellationRequested;
            }

            for (int part = worker; part < endPart; part++)
            {
                _step.Begin(samples, next, part);
            }

            Meet(team, isAlone);
            if (_cancelled)
            {
                // Read between two barriers, nowhere else: worker 0 may be a step ahead of the others' loops, and all must leave at one step.
                return _order.Length;
            }

            if (worker == 0 && batch == 0 && chunk == 0)
            {
                _pace.Resume(team.Waited, Stopwatch.GetTimestamp()); // after the barrier: all have waited to the end
            }

            for (int part = worker; part < endPart; part++)
            {
                hits += _step.Propagate(samples, next, part);
            }

            bool isLast = chunk + samples.Length == size;
            if (worker == 0 && isLast)
            {
                ChoosePace(team, size);
            }

            Meet(team, isAlone);
            if (_step.HasNonFiniteCost)
            {
                // Before the update, so that the network keeps its last good parameters.
                ThrowNonFiniteCost(team, worker, (batch / _batchSize) + 1, samples.Length);
            }

            for (int part = worker; part < endPart; part++)
            {
                _step.Descend(samples.Length, isFirst: chunk == 0, isLast ? size : 0, part);
            }

            if (worker == 0)
            {
                AddCosts(samples.Length);
            }
        }

        _trainer.StepObserver?.Invoke(worker);
        return batch + _batchSize;
    }

    private static void Meet(WorkerTeam team, bool isAlone)
    {
        if (!isAlone)
        {
            team.Barrier();
        }
    }

    /// <summary>Decides how the next step is worked: between two barriers of a step, so that all read the same.</summary>
    private void ChoosePace(WorkerTeam team, int samples)
    {
        if (_trainer.ForcedPace is not null)
        {
            _alone = _trainer.ForcedPace();
        }
        else if (_plan.Workers > 1)
        {
            _pace.Report(samples, team.Waited, Stopwatch.GetTimestamp());
            _alone = _pace.IsAlone;
        }
    }

    private void AddCosts(int columns)
    {
        // One chain over the epoch, in the order of the samples.
        foreach (double cost in _step.Costs[..columns])
        {
            _cost += cost;
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
                    throw new NonFiniteCostException(_trainer.EpochsCompleted + 1, step, cost, _trainer.LearningRate);
                }
            }
        }

        // Worker 0 does not come to this barrier, so the others leave here.
        team.Barrier();
    }

    private void EndEpoch(bool isLast)
    {
        // Before the report: an epoch that was reported is not lost. The other workers wait at the next barrier.
        _trainer.Checkpoints?.SaveIfDue(_trainer, isLast);
        long hits = 0;
        for (int worker = 0; worker < _plan.Workers; worker++)
        {
            hits += _hits[worker * HitsStride];
        }

        double accuracy = (double)hits / _training.Count;
        var result = new EpochResult
        {
            Epoch = _trainer.EpochsCompleted,
            Cost = new Cost(_cost, _training.Count),
            TrainingAccuracy = accuracy,
            ValidationAccuracy = _validation is null ? null : PredictedShare(_validation),
            TrainingTime = _trainingTime.Elapsed,
        };
        if (!IsFullBatch)
        {
            Report(result);
            return;
        }

        if (_pending is not null)
        {
            Report(_pending with { TrainingAccuracy = accuracy });
        }

        _pending = result;
    }

    private void Report(EpochResult result)
    {
        _results.Add(result);
        _progress?.Report(result);
    }

    /// <summary>Predicts the labels of a set, each worker its share. Ends with a barrier.</summary>
    private void Evaluate(Dataset<T>? set, WorkerTeam team, int worker)
    {
        if (set is not null)
        {
            if (worker == 0)
            {
                _evaluationTime.Start();
            }

            (int start, int count) = Partition.Share(set.Count, _plan.Workers, worker);
            _trainer.Network.PredictLabels(set, start, _predicted.AsSpan(start, count), _trainer.Backend);
        }

        team.Barrier();
        if (worker == 0)
        {
            _evaluationTime.Stop();
        }
    }

    private double PredictedShare(Dataset<T> set) => Evaluation.Accuracy.Of(set.Labels, _predicted.AsSpan(0, set.Count));
}
