using System.Diagnostics;
using System.Numerics;
using NeuralNets.Core.Data;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Training.Steps;
using NeuralNets.Core.Training.Workers;

namespace NeuralNets.Core.Training;

/// <summary>
/// One call of <see cref="GradientDescentTrainer{T}.Fit"/>: the loop over epochs, batches and micro-batches that every worker of the team
/// runs in step with the others. What only one worker does, such as reporting, is done by worker 0, the calling thread.
/// </summary>
internal sealed partial class TrainingRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GradientDescentTrainer<T> _trainer;
    private readonly TrainingSettings<T> _settings;
    private readonly TrainingHooks _hooks;
    private readonly OptimizerState<T> _state;
    private readonly Dataset<T> _training;
    private readonly Dataset<T>? _validation;
    private readonly Action<EpochResult>? _onEpoch;
    private readonly CancellationToken _cancellation;
    private readonly int _epochs;
    private readonly int _batchSize;
    private readonly StepPlan _plan;
    private readonly TeamPace _pace = new(Stopwatch.GetTimestamp());
    private readonly TrainingStep<T> _step;
    private readonly ParameterSnapshot<T> _epochStart;
    private readonly int[] _order;
    private readonly double[] _evaluationCosts;
    private readonly bool[] _evaluationHits;
    private readonly List<EpochResult> _results = [];
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly Stopwatch _trainingTime = new();
    private readonly Stopwatch _evaluationTime = new();
    private ScoreSum _score;
    private UpdateStep _lastUpdate;
    private double _sumOfNorms; // worker 0's
    private bool _cancelled;
    private bool _alone;
    private bool _isWithinEpoch;
    private bool _hasEnded;
    private TrainingEnd _end;
    private bool _mustEvaluateTraining;
    private int _resume;

    /// <param name="trainer">The trainer.</param>
    /// <param name="settings">Its settings for this run.</param>
    /// <param name="state">What its optimizer remembers.</param>
    /// <param name="training">The samples to train on.</param>
    /// <param name="epochs">The number of epochs.</param>
    /// <param name="validation">The samples to evaluate after each epoch, or null.</param>
    /// <param name="onEpoch">Receives the result of each epoch, or null.</param>
    /// <param name="cancellation">Ends the run between two steps.</param>
    public TrainingRun(
        GradientDescentTrainer<T> trainer,
        TrainingSettings<T> settings,
        OptimizerState<T> state,
        Dataset<T> training,
        int epochs,
        Dataset<T>? validation,
        Action<EpochResult>? onEpoch,
        CancellationToken cancellation)
    {
        _trainer = trainer;
        _settings = settings;
        _hooks = trainer.Hooks;
        _state = state;
        _training = training;
        _validation = validation;
        _onEpoch = onEpoch;
        _cancellation = cancellation;
        _epochs = epochs;
        _batchSize = Math.Min(settings.BatchSize ?? training.Count, training.Count);
        _plan = StepPlan.Choose(trainer.Network, settings, _hooks, _batchSize);
        _step = new TrainingStep<T>(trainer.Network, settings, state, training, _plan, accumulates: _batchSize > _plan.MicroBatchSize);
        _epochStart = new(trainer.Network, state);
        _hasEnded = trainer.Best?.Monitor.BadEpochs >= settings.EarlyStopping?.Patience; // a checkpoint from the end of a run
        _end = _hasEnded ? TrainingEnd.StoppedEarly : TrainingEnd.Completed;
        _order = new int[training.Count];
        _evaluationCosts = new double[Math.Max(validation?.Count ?? 0, training.Count)];
        _evaluationHits = new bool[_evaluationCosts.Length];
    }

    private Network<T> Network => _trainer.Network;

    private int StepsPerEpoch => (_training.Count + _batchSize - 1) / _batchSize;

    /// <summary>Whether an epoch is one step. Then the order of the samples is theirs.</summary>
    private bool IsFullBatch => _batchSize == _training.Count;

    /// <summary>Trains the network.</summary>
    public TrainingResult Run()
    {
        try
        {
            WorkerTeam.Run(_plan.WorkerCount, RunWorker);
            if (_cancelled)
            {
                _state.LastUpdate = _lastUpdate;
                if (!AnswersAreFinite())
                {
                    _epochStart.Restore();
                }
            }
        }
        catch when (_isWithinEpoch)
        {
            // The steps of a failed epoch are taken back: all workers have ended, and whatever they changed, its start is known to be good.
            _epochStart.Restore();
            throw;
        }

        if (_cancelled)
        {
            throw new OperationCanceledException(_cancellation);
        }

        double samples = (double)_results.Count * _training.Count;
        return new TrainingResult
        {
            Epochs = _results.AsReadOnly(),
            TrainingTime = _trainingTime.Elapsed,
            EvaluationTime = _evaluationTime.Elapsed,
            SamplesPerSecond = samples == 0 ? 0 : samples / _trainingTime.Elapsed.TotalSeconds,
            BestEpoch = _trainer.Best?.Epoch is > 0 and var best ? best : null,
            End = _end,
            WorkerCount = samples == 0 ? 0 : _plan.WorkerCount,
            Backend = _settings.Backend.Name,
        };
    }

    private void RunWorker(WorkerTeam team, int worker)
    {
        try
        {
            bool hasEnded = _hasEnded;
            for (int epoch = 0; epoch < _epochs && !_cancelled && !hasEnded; epoch++)
            {
                RunEpoch(team, worker, isLast: epoch == _epochs - 1);
                team.Barrier(); // worker 0 has decided whether there is another epoch
                hasEnded = _hasEnded;
            }
        }
        finally
        {
            // However training ends, the network has what was learned.
            _step.Save(worker);
        }
    }

    private void RunEpoch(WorkerTeam team, int worker, bool isLast)
    {
        if (worker == 0)
        {
            BeginEpoch();
        }

        FloatingPointMode.Require(); // each time, and on each thread: handlers and activations may call native code
        team.Barrier();
        _step.Load(worker); // each time: a handler may have written to the network
        TrainEpoch(team, worker);
        FloatingPointMode.Require();
        if (_cancelled)
        {
            return;
        }

        _step.Save(worker);
        team.Barrier();
        Score? training = null;
        if (worker == 0)
        {
            _trainingTime.Stop();
            training = _score.ToScore();
            _mustEvaluateTraining = !AnswerBound.IsFinite(Network, _training.LargestFeature);
        }

        CheckAnswers(team, worker);
        if (worker == 0)
        {
            CompleteEpoch();
        }

        Score? validation = Evaluate(_validation, team, worker);
        if (worker == 0)
        {
            EndEpoch(training!, validation, isLast);
        }
    }

    private void BeginEpoch()
    {
        _trainingTime.Start();
        _epochStart.Take();
        _isWithinEpoch = true;
        _lastUpdate = _state.LastUpdate;
        _sumOfNorms = 0;
        _score = new(_training.Targets.HasWeights, _training.Targets.AreLabels);
        if (_hooks.Order is { } order)
        {
            order(_trainer.EpochsCompleted).CopyTo(_order, 0);
        }
        else if (IsFullBatch)
        {
            for (int i = 0; i < _order.Length; i++)
            {
                _order[i] = i;
            }
        }
        else
        {
            // A function of the seed and of the epoch alone.
            RandomSequence.ForShuffle(_settings.Seed, _trainer.EpochsCompleted).Permutation(_order);
        }
    }

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
            _score.Add(_step.Costs[j], _step.Hits[j], _training.Targets.WeightOf(samples[j]));
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

    private void CompleteEpoch()
    {
        _isWithinEpoch = false;
        _state.LastUpdate = _lastUpdate;
        _trainer.EpochsCompleted++;
    }

    private void EndEpoch(Score training, Score? validation, bool isLast)
    {
        var result = new EpochResult
        {
            Epoch = _trainer.EpochsCompleted,
            Training = training,
            Validation = validation,
            LearningRate = _lastUpdate.LearningRate,
            GradientNorm = _settings.MaxGradientNorm is null ? null : _sumOfNorms / StepsPerEpoch,
            TrainingTime = _trainingTime.Elapsed,
        };
        _results.Add(result);
        _trainer.Add(result);
        Watch(result);

        // Before the report: an epoch that was reported is not lost. The other workers wait at the next barrier.
        _settings.Checkpoints?.SaveIfDue(_trainer, isLast || _hasEnded);
        _onEpoch?.Invoke(result);
        if (!isLast && !_hasEnded && _time.Elapsed > _settings.TimeBudget)
        {
            _hasEnded = true;
            _end = TrainingEnd.OutOfTime;
            _settings.Checkpoints?.SaveIfDue(_trainer, isLast: true);
        }
    }

    /// <summary>Lets the settings that watch the cost of an epoch see it.</summary>
    private void Watch(EpochResult result)
    {
        if (_settings.ReduceOnPlateau is { } plateau)
        {
            double cost = CostMonitor.CostOf(plateau.Monitor, result.Training, result.Validation);
            _trainer.Plateau = _trainer.Plateau.Next(plateau, _settings.LearningRate, cost);
        }

        if (_settings.EarlyStopping is { } stopping)
        {
            _trainer.Best!.Take(stopping, result.Epoch, CostMonitor.CostOf(stopping.Monitor, result.Training, result.Validation));
            if (_trainer.Best.Monitor.BadEpochs >= stopping.Patience)
            {
                _hasEnded = true;
                _end = TrainingEnd.StoppedEarly;
            }
        }
    }
}
