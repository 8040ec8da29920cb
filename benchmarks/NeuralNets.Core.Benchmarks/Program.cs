using BenchmarkDotNet.Running;
using NeuralNets.Core.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(GemmShape).Assembly).Run(args);
