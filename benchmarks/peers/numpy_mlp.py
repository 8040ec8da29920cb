#!/usr/bin/env python3
"""NumPy, in the formulas of the original project: samples are columns, Z = W.A + b, dW = dZ.A'. In float32, with the
column's own maximum in the softmax, He's initial weights, and in place where NumPy can. The number of threads is OpenBLAS's.

usage: numpy_mlp.py DIRECTORY BATCH THREADS EPOCHS      a batch of 0 means full-batch training on the first 20,000 images
"""
import numpy as np

import mnist

options = mnist.arguments()
train_images, train_labels, test_images, test_labels = mnist.read(options.data)
random = np.random.default_rng(1)
weights = [random.uniform(-1, 1, (outputs, inputs)).astype(np.float32) * np.float32(np.sqrt(6 / inputs))
           for inputs, outputs in zip(mnist.SIZES, mnist.SIZES[1:])]
biases = [np.zeros((outputs, 1), np.float32) for outputs in mnist.SIZES[1:]]
one_hot = np.eye(10, dtype=np.float32)


def logits(a):
    """The values of each layer: the input, those of the hidden layers, and the logits."""
    values = [a]
    for layer, (w, b) in enumerate(zip(weights, biases)):
        a = w @ a
        a += b
        if layer < len(weights) - 1:
            np.maximum(a, 0, out=a)
        values.append(a)
    return values


def step(x, labels):
    """One update with a batch (features x samples). Returns the mean cost before it."""
    m = len(labels)
    values = logits(x)
    p = values[-1]
    p -= p.max(axis=0)
    np.exp(p, out=p)
    p /= p.sum(axis=0)
    cost = -np.log(p[labels, np.arange(m)] + np.float32(1e-9)).mean() if options.batch == 0 else None
    dz = p
    dz -= one_hot[labels].T
    for layer in reversed(range(len(weights))):
        dw = dz @ values[layer].T
        db = dz.sum(axis=1, keepdims=True)
        if layer > 0:
            below = weights[layer].T @ dz
            below *= values[layer] > 0
            dz = below
        dw *= np.float32(mnist.RATE / m)
        weights[layer] -= dw
        biases[layer] -= np.float32(mnist.RATE / m) * db
    return cost


def predict(images):
    return logits(images.T)[-1].argmax(axis=0)


def accuracy(images, labels):
    return round(float((predict(images) == labels).mean()), 4)


def epoch(_):
    order = random.permutation(len(train_images))
    for start in range(0, len(order), options.batch):
        batch = order[start:start + options.batch]
        # Rows are gathered; their transpose is a view, so that the columns are contiguous.
        step(train_images[batch].T, train_labels[batch])


def full_batch_epoch(_):
    """One update, and both accuracies with the new weights."""
    images, labels = train_images[:mnist.FULL_BATCH], train_labels[:mnist.FULL_BATCH]
    figures["cost_last"] = float(step(images.T, labels))
    figures["train_accuracy"] = accuracy(images, labels)
    figures["test_accuracy"] = accuracy(test_images, test_labels)


figures = {}
if options.batch == 0:
    times = mnist.seconds(full_batch_epoch, options.epochs)
    mnist.report("NumPy", np, options, mnist.full_batch(times), figures)
else:
    times = mnist.seconds(epoch, options.epochs)
    figures["test_accuracy"] = accuracy(test_images, test_labels)
    rates = mnist.training(times, len(train_images))
    mnist.report("NumPy", np, options, rates, mnist.prediction(predict, test_images), figures)
