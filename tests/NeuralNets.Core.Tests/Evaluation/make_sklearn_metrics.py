#!/usr/bin/env python3
"""Writes sklearn-metrics.json beside this script: inputs, and what scikit-learn 1.2.1 makes of them.

The inputs are multiples of 1/64, 1/8 and 1/4, which are exact in both element types, so that there are ties. Run again only with that
version (Debian's python3-sklearn): the numbers are those of its definitions.
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.calibration import calibration_curve

assert sklearn.__version__ == "1.2.1", sklearn.__version__
warnings.simplefilter("ignore")
random = np.random.RandomState(7)


def weights_of(count, kind, least=0):
    if kind == "none":
        return None
    if kind == "ones":
        return np.ones(count)
    return random.randint(least, 9, count) / 4.0


def numbers(values):
    return None if values is None else [float(v) for v in np.asarray(values).ravel()]


def binary(name, actual, scores, kind):
    w = weights_of(len(actual), kind)
    answers = (scores >= 0.5).astype(int)
    case = dict(name=name, actual=[int(a) for a in actual], probabilities=numbers(scores), weights=numbers(w))
    counted = np.ones(len(actual), bool) if w is None else w > 0
    present = set(np.asarray(actual)[counted])
    case["logLoss"] = metrics.log_loss(actual, scores, sample_weight=w, labels=[0, 1])
    case["brier"] = metrics.brier_score_loss(actual, scores, sample_weight=w, pos_label=1)
    case["accuracy"] = metrics.accuracy_score(actual, answers, sample_weight=w)
    case["balancedAccuracy"] = metrics.balanced_accuracy_score(actual, answers, sample_weight=w)
    case["matthews"] = metrics.matthews_corrcoef(actual, answers, sample_weight=w)
    for key, function in (("precision", metrics.precision_score), ("recall", metrics.recall_score), ("f1", metrics.f1_score)):
        case[key] = function(actual, answers, sample_weight=w, zero_division=0)
    if len(present) == 2:
        case["rocAuc"] = metrics.roc_auc_score(actual, scores, sample_weight=w)
        fpr, tpr, thresholds = metrics.roc_curve(actual, scores, sample_weight=w, drop_intermediate=False)
        case["roc"] = dict(fpr=numbers(fpr), tpr=numbers(tpr), thresholds=numbers(thresholds[1:]))
    if 1 in present:
        case["averagePrecision"] = metrics.average_precision_score(actual, scores, sample_weight=w)
        precision, recall, thresholds = metrics.precision_recall_curve(actual, scores, sample_weight=w)
        case["curve"] = dict(precision=numbers(precision), recall=numbers(recall), thresholds=numbers(thresholds))
    if w is None and len(present) == 2:
        yes, mean = calibration_curve(actual, scores, n_bins=10)
        case["calibration"] = dict(yes=numbers(yes), mean=numbers(mean))
    return case


def classes(name, actual, probabilities, kind):
    # No weight of 0: scikit-learn counts a class without weight in macro averages.
    w = weights_of(len(actual), kind, least=1)
    count = probabilities.shape[1]
    answers = probabilities.argmax(axis=1)
    case = dict(name=name, classCount=count, actual=[int(a) for a in actual], probabilities=numbers(probabilities), weights=numbers(w))
    case["logLoss"] = metrics.log_loss(actual, probabilities, sample_weight=w, labels=list(range(count)))
    case["accuracy"] = metrics.accuracy_score(actual, answers, sample_weight=w)
    case["balancedAccuracy"] = metrics.balanced_accuracy_score(actual, answers, sample_weight=w)
    case["matthews"] = metrics.matthews_corrcoef(actual, answers, sample_weight=w)
    # Of equal probabilities scikit-learn takes the higher class first, the library the lower one, as in prediction.
    untied = probabilities - 1e-9 * np.arange(count)
    case["topTwo"] = metrics.top_k_accuracy_score(actual, untied, k=2, labels=list(range(count)), sample_weight=w)
    for average in ("macro", "weighted"):
        p, r, f, _ = metrics.precision_recall_fscore_support(actual, answers, average=average, sample_weight=w, zero_division=0)
        case[average] = [p, r, f]
    return case


def multi_label(name, actual, probabilities, kind):
    w = weights_of(len(actual), kind)
    answers = (probabilities >= 0.5).astype(int)
    case = dict(name=name, labelCount=actual.shape[1], actual=numbers(actual), probabilities=numbers(probabilities), weights=numbers(w))
    for average in ("micro", "macro", "weighted"):
        p, r, f, _ = metrics.precision_recall_fscore_support(actual, answers, average=average, sample_weight=w, zero_division=0)
        case[average] = [p, r, f]
    case["f1"] = numbers(metrics.f1_score(actual, answers, average=None, sample_weight=w, zero_division=0))
    case["subsetAccuracy"] = metrics.accuracy_score(actual, answers, sample_weight=w)
    case["hammingLoss"] = metrics.hamming_loss(actual, answers, sample_weight=w)
    return case


def regression(name, actual, predicted, kind):
    w = weights_of(len(actual), kind)
    case = dict(name=name, outputCount=actual.shape[1], actual=numbers(actual), predicted=numbers(predicted), weights=numbers(w))
    functions = dict(
        rSquared=metrics.r2_score,
        explainedVariance=metrics.explained_variance_score,
        meanAbsoluteError=metrics.mean_absolute_error,
        meanSquaredError=metrics.mean_squared_error,
        rootMeanSquaredError=lambda *a, **k: metrics.mean_squared_error(*a, squared=False, **k),
    )
    if w is None:
        functions["medianAbsoluteError"] = metrics.median_absolute_error
    for key, function in functions.items():
        case[key] = dict(
            average=float(function(actual, predicted, sample_weight=w)),
            outputs=numbers(function(actual, predicted, sample_weight=w, multioutput="raw_values")),
        )
    return case


result = dict(scikitLearn=sklearn.__version__, binary=[], classes=[], multiLabel=[], regression=[])
for kind in ("none", "ones", "weights"):
    for count in (2, 3, 7, 40, 151):
        actual = random.randint(0, 2, count)
        actual[:2] = [0, 1]
        scores = np.clip((random.randint(0, 65, count) + 12 * (2 * actual - 1)) / 64.0, 0, 1)
        if kind == "weights" and count == 2:
            continue
        result["binary"].append(binary(f"{kind} {count}", actual, scores, kind))
        result["binary"].append(binary(f"{kind} {count} ties", actual, np.round(scores * 4) / 4, kind))
    result["binary"].append(binary(f"{kind} rare", (np.arange(60) % 17 == 3).astype(int), random.randint(0, 33, 60) / 64.0, kind))
    result["binary"].append(binary(f"{kind} all yes", np.ones(9, int), random.randint(0, 65, 9) / 64.0, kind))
    result["binary"].append(binary(f"{kind} all no", np.zeros(9, int), random.randint(0, 65, 9) / 64.0, kind))
    result["binary"].append(binary(f"{kind} constant", random.randint(0, 2, 9), np.full(9, 0.5), kind))
    for count, size in ((3, 20), (5, 60), (4, 5)):
        actual = random.randint(0, count, size)
        parts = random.randint(0, 9, (size, count)) + 8 * np.eye(count)[actual].astype(int) * random.randint(0, 2, (size, 1))
        parts[:, 0] += 64 - parts.sum(axis=1)  # multiples of 1/64 with the sum 1
        result["classes"].append(classes(f"{kind} {count} {size}", actual, np.clip(parts, 0, 64) / 64.0, kind))
    result["classes"].append(classes(f"{kind} sure", np.array([0, 1, 2, 1]), np.array([[1.0, 0, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]]), kind))
    for labels, size in ((2, 3), (4, 50), (7, 33)):
        actual = random.randint(0, 2, (size, labels))
        actual[:, -1] = 0  # a label that no sample has
        probabilities = np.clip((random.randint(0, 65, (size, labels)) + 10 * (2 * actual - 1)) / 64.0, 0, 1)
        result["multiLabel"].append(multi_label(f"{kind} {labels} {size}", actual, probabilities, kind))
    for outputs, size in ((1, 2), (1, 9), (1, 50), (3, 40), (4, 7)):
        actual = random.randint(-40, 41, (size, outputs)) / 8.0
        predicted = actual + random.randint(-20, 25, (size, outputs)) / 8.0
        if outputs == 4:
            actual[:, 1] = 2.5  # the same for all, and predicted exactly
            predicted[:, 1] = 2.5
            actual[:, 2] = 2.5
            predicted[:, 3] = actual[:, 3] + 0.25
        result["regression"].append(regression(f"{kind} {outputs} {size}", actual, predicted, kind))

path = pathlib.Path(__file__).with_name("sklearn-metrics.json")
path.write_text(json.dumps(result, indent=None, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
