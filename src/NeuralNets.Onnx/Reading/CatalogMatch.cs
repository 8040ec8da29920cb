namespace NeuralNets.Onnx.Reading;

/// <summary>A function of the catalog with linear functions around it: <c>scale·f(factor·x + summand) + shift</c>.</summary>
/// <param name="Name">The name of f in the catalog.</param>
/// <param name="Parameter">Its parameter; null if it has none.</param>
/// <param name="Factor">The factor inside.</param>
/// <param name="Summand">The summand inside.</param>
/// <param name="Scale">The factor outside.</param>
/// <param name="Shift">The summand outside.</param>
internal sealed record CatalogMatch(string Name, double? Parameter, double Factor, double Summand, double Scale, double Shift);
