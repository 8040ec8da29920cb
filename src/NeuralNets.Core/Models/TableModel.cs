using System.Buffers;
using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tables;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Models;

/// <summary>A network together with the encoder of its tables: rows go in as they are in a file, a form or a database, and class names or
/// numbers in their own units come out.</summary>
/// <remarks>Any number of threads may predict at once, as long as none trains the network at that time.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class TableModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many features and outputs of one row lie on the stack.</summary>
    private const int OnStack = 256;

    /// <summary>Puts a network and an encoder together.</summary>
    /// <param name="network">The network, which is kept, not copied.</param>
    /// <param name="encoder">The encoder.</param>
    /// <exception cref="ArgumentException">The network does not have the encoder's inputs, or not the outputs for its target: softmax with
    /// one for each class, one with sigmoid for two classes, or one with another function for a number.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public TableModel(Network<T> network, TableEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(encoder);
        TableEncoderJson.CheckPair(network, encoder, nameof(network));
        Network = network;
        Encoder = encoder;
    }

    /// <summary>The network.</summary>
    public Network<T> Network { get; }

    /// <summary>The encoder.</summary>
    public TableEncoder Encoder { get; }

    /// <summary>The length of the answer to a row: the number of classes, or 1 for a number.</summary>
    public int AnswerCount => Encoder.OutputCount;

    /// <summary>What the call of <see cref="Fit"/> that made the model reports; null for a model that was made otherwise.</summary>
    public TrainingResult? Training { get; private init; }

    /// <summary>Makes a model of a table: fits an encoder, creates a network and trains it.</summary>
    /// <param name="training">The rows to learn from, without those of the test.</param>
    /// <param name="target">The name of the column to predict.</param>
    /// <param name="settings">How; null for the defaults.</param>
    /// <param name="onEpoch">Receives the result of each epoch when it ends.</param>
    /// <param name="cancellationToken">Stops training between two steps.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">The table cannot be encoded (see <see cref="TableEncoder.Fit"/>), has too few rows to hold some
    /// back for early stopping, or a setting is not possible.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="training"/> or <paramref name="target"/> is null.</exception>
    /// <exception cref="InvalidOperationException">Classes shall be balanced, but a number is predicted.</exception>
    /// <exception cref="NonFiniteCostException">Training has diverged: the rate is too high.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public static TableModel<T> Fit(
        Table training,
        string target,
        TableTraining<T>? settings = null,
        Action<EpochResult>? onEpoch = null,
        CancellationToken cancellationToken = default)
    {
        settings ??= new TableTraining<T>();
        settings.Check(nameof(settings));
        var encoder = TableEncoder.Fit(training, target, settings.Encoder);
        var network = new Network<T>(
            [encoder.FeatureCount, .. settings.HiddenUnits, encoder.OutputCount],
            settings.Activation,
            encoder.CreateOutput<T>(),
            settings.Seed);
        var trainer = new GradientDescentTrainer<T>(network)
        {
            Optimizer = settings.Optimizer,
            Schedule = settings.Schedule,
            BatchSize = settings.BatchSize,
            L2 = settings.L2,
            Dropout = settings.Dropout,
            Seed = settings.Seed,
            MaxDegreeOfParallelism = settings.MaxDegreeOfParallelism,
            EarlyStopping = settings.Patience is { } patience ? new EarlyStopping(patience) : null,
        };
        if (settings.LearningRate is { } rate)
        {
            trainer.LearningRate = rate;
        }

        if (settings.Loss is { } loss)
        {
            trainer.Loss = loss;
        }

        Dataset<T> samples = encoder.Encode<T>(training);
        Dataset<T>? validation = null;
        if (settings.Patience is not null)
        {
            (samples, validation) = samples.Split(settings.ValidationFraction, settings.Seed, CanStratify(samples, settings));
        }

        samples = settings.BalanceClasses ? samples.WithBalancedClasses() : samples;
        TrainingResult result = trainer.Fit(samples, settings.Epochs, validation, onEpoch, cancellationToken);
        return new TableModel<T>(network, encoder) { Training = result };
    }

    /// <summary>Loads a model from a file that <see cref="Save"/>, or <see cref="NetworkFile"/> with an encoder, has written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="customActivations">The activations of the network that are not this library's.</param>
    /// <returns>The model, which gives the answers of the saved one, bit for bit.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty, or two of <paramref name="customActivations"/> have
    /// the same name, or one has none that can be saved.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">It is not a safetensors file with a network of this library and its encoder, does not have
    /// the content that its checksums say, has an activation that is not given, or holds doubles and <typeparamref name="T"/> is
    /// float.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static TableModel<T> Load(string path, IEnumerable<IActivation<T>>? customActivations = null)
    {
        using Stream stream = NetworkFile.Open(path);
        (Network<T> network, TableEncoder encoder) = NetworkFile.LoadPair(stream, path, customActivations);
        return new TableModel<T>(network, encoder);
    }

    /// <summary>Saves network and encoder as one file: see <see cref="NetworkFile.Save{T}(string, Network{T}, TableEncoder?)"/>.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <inheritdoc cref="NetworkFile.Save{T}(string, Network{T}, TableEncoder?)" path="/exception"/>
    public void Save(string path) => NetworkFile.Save(path, Network, Encoder);

    /// <summary>Answers each row of a table.</summary>
    /// <param name="table">The table, with the columns of training in any order; others, also the target, do not matter.</param>
    /// <returns>The answers.</returns>
    /// <exception cref="ArgumentException">There is no row, a column is missing, a value is not what it must be, or there is no answer for
    /// a row, since the network's values are not finite.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="table"/> is null.</exception>
    public TablePredictions Predict(Table table)
    {
        var unknown = new UnknownCategories();
        Matrix<T> outputs = Network.Predict(Encoder.EncodeFeatures<T>(table, unknown));
        double[] answers = new double[table.RowCount * AnswerCount];
        for (int row = 0; row < table.RowCount; row++)
        {
            ReadOnlySpan<T> output = outputs.AsColumnMajorArray().AsSpan(row * Network.OutputCount, Network.OutputCount);
            if (!Decode(output, answers.AsSpan(row * AnswerCount, AnswerCount)))
            {
                throw new ArgumentException($"Row {row} has no answer: the network's values for it are not finite.", nameof(table));
            }
        }

        return new TablePredictions(Encoder.ClassNames, answers, unknown.ToList());
    }

    /// <summary>Answers one row, such as the body of a request.</summary>
    /// <param name="row">Its values by the names of their columns: what <see cref="TableCell.From"/> takes. One that is not there is
    /// missing as in a column with a gap; others do not matter.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ArgumentException">There is none of the columns, a value is not what it must be, or the network's values are not
    /// finite.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="row"/> is null.</exception>
    public TableAnswer Predict<TValue>(IReadOnlyDictionary<string, TValue> row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var cells = new TableCell[Encoder.ColumnNames.Count];
        int found = 0;
        for (int i = 0; i < cells.Length; i++)
        {
            if (row.TryGetValue(Encoder.ColumnNames[i], out TValue? value))
            {
                cells[i] = CellOf(value, Encoder.ColumnNames[i], nameof(row));
                found++;
            }
        }

        if (found == 0)
        {
            throw new ArgumentException(
                $"A row must have values of the columns {string.Join(", ", Encoder.ColumnNames.Take(20))}, but has none of them: it has "
                + $"{string.Join(", ", row.Keys.Take(20))}.",
                nameof(row));
        }

        double[] answer = new double[AnswerCount];
        bool isKnown = Predict(cells, answer);
        return new TableAnswer(Encoder.ClassNames, answer, isKnown ? [] : FindUnknown(cells));
    }

    /// <summary>Answers one row. Does not allocate in steady state.</summary>
    /// <param name="row">Its values in the order of <see cref="TableEncoder.ColumnNames"/>.</param>
    /// <param name="answer">Receives <see cref="AnswerCount"/> numbers: the probabilities of the classes, or the number in its own
    /// units.</param>
    /// <returns>Whether training had all categories of the row.</returns>
    /// <exception cref="ArgumentException">A span has another length, a value is not what it must be, or the network's values are not
    /// finite.</exception>
    public bool Predict(ReadOnlySpan<TableCell> row, Span<double> answer)
    {
        if (answer.Length != AnswerCount)
        {
            throw new ArgumentException(
                $"There must be room for {AnswerCount} numbers, but there was for {answer.Length}.", nameof(answer));
        }

        int length = Encoder.FeatureCount + Network.OutputCount;
        T[]? rented = length > OnStack ? ArrayPool<T>.Shared.Rent(length) : null;
        Span<T> buffer = rented is null ? stackalloc T[OnStack] : rented;
        try
        {
            Span<T> features = buffer[..Encoder.FeatureCount];
            Span<T> outputs = buffer.Slice(Encoder.FeatureCount, Network.OutputCount);
            bool isKnown = Encoder.EncodeRow(row, features);
            Network.Predict(features, outputs);
            return Decode(outputs, answer)
                ? isKnown
                : throw new ArgumentException("The row has no answer: the network's values for it are not finite.", nameof(row));
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<T>.Shared.Return(rented);
            }
        }
    }

    /// <summary>Compares the answers with the targets of a table.</summary>
    /// <param name="table">A table with the target, such as the test part.</param>
    /// <returns>How well they agree, with the weights of the rows if there is a column of them.</returns>
    /// <exception cref="ArgumentException">There is no row, a column is missing, a value or a target is not what it must be, or there is no
    /// answer for a row. A class that training had not is counted as a mistake.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="table"/> is null.</exception>
    public TableEvaluation Evaluate(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return TableEvaluation.Of(Encoder, table, Predict(table));
    }

    /// <summary>Returns the network and its target.</summary>
    /// <returns>For instance <c>species by 12-32-3, Relu</c>.</returns>
    public override string ToString() => $"{Encoder.TargetName} by {Network}";

    /// <summary>Returns whether each class has a row at least for either part.</summary>
    private static bool CanStratify(Dataset<T> samples, TableTraining<T> settings)
    {
        int[] counts = new int[samples.ClassCount];
        foreach (int label in samples.Labels)
        {
            counts[label]++;
        }

        return counts.Length > 0 && Array.TrueForAll(counts, count => count * settings.ValidationFraction >= 1);
    }

    private static TableCell CellOf<TValue>(TValue value, string column, string parameter)
    {
        try
        {
            return TableCell.From(value);
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"Column \"{column}\": {exception.Message}", parameter, exception);
        }
    }

    /// <summary>Turns what the network answers into probabilities of classes, or a number in its own units.</summary>
    /// <returns>False if a value is not finite.</returns>
    private bool Decode(ReadOnlySpan<T> output, Span<double> answer)
    {
        for (int i = 0; i < output.Length; i++)
        {
            answer[i] = ElementType.ToDouble(output[i]);
        }

        if (!Encoder.IsClassifier)
        {
            answer[0] = Encoder.DecodeValue(answer[0]);
        }
        else if (output.Length == 1)
        {
            answer[1] = answer[0]; // Sigmoid has the probability of the second class.
            answer[0] = 1 - answer[1];
        }

        foreach (double value in answer)
        {
            if (!double.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }

    private IReadOnlyList<UnknownCategory> FindUnknown(TableCell[] row)
    {
        var unknown = new UnknownCategories();
        Encoder.CountUnknown(row, unknown);
        return unknown.ToList();
    }
}
