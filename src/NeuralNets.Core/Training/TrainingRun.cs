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
    private readonly bool[] _evaluationCorrect;
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
        _evaluationCorrect = new bool[_evaluationCosts.Length];
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
