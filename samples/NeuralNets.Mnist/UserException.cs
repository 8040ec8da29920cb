namespace NeuralNets.Mnist;

/// <summary>The user asked for something that cannot be; the message says what is required, in one line.</summary>
internal sealed class UserException(string message) : Exception(message);
