#!/usr/bin/env python3
"""PyTorch on the CPU as it is commonly used: eager, with autograd and torch.optim.SGD. Samples are rows.

usage: torch_mlp.py DIRECTORY BATCH THREADS EPOCHS      a batch of 0 means full-batch training on the first 20,000 images
"""
import itertools

import torch
from torch import nn

import mnist

options = mnist.arguments()
torch.set_num_threads(options.threads)
torch.manual_seed(1)
torch.set_flush_denormal(True)
train_images, train_labels, test_images, test_labels = map(torch.from_numpy, mnist.read(options.data))

layers = [nn.Linear(inputs, outputs) for inputs, outputs in itertools.pairwise(mnist.SIZES)]
for layer in layers:
    nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)
model = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=mnist.RATE)


def step(x, labels):
    """One update with a batch. Returns the mean cost before it."""
    optimizer.zero_grad(set_to_none=True)
    cost = loss(model(x), labels)
    cost.backward()
    optimizer.step()
    return cost


def predict(images):
    with torch.inference_mode():
        return model(images).argmax(1)


def accuracy(images, labels):
    return round((predict(images) == labels).float().mean().item(), 4)


def epoch(_):
    for batch in torch.randperm(len(train_images)).split(options.batch):
        step(train_images.index_select(0, batch), train_labels.index_select(0, batch))


def full_batch_epoch(_):
    """One update, and both accuracies with the new weights."""
    images, labels = train_images[:mnist.FULL_BATCH], train_labels[:mnist.FULL_BATCH]
    figures["cost_last"] = step(images, labels).item()
    figures["train_accuracy"] = accuracy(images, labels)
    figures["test_accuracy"] = accuracy(test_images, test_labels)


figures = {}
if options.batch == 0:
    times = mnist.seconds(full_batch_epoch, options.epochs)
    mnist.report("PyTorch", torch, options, mnist.full_batch(times), figures)
else:
    times = mnist.seconds(epoch, options.epochs)
    figures["test_accuracy"] = accuracy(test_images, test_labels)
    rates = mnist.training(times, len(train_images))
    mnist.report("PyTorch", torch, options, rates, mnist.prediction(predict, test_images), figures)
