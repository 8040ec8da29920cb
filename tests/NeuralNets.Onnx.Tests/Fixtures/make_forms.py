"""Writes the fixtures form-*.onnx and bad-*.onnx: the forms in which exporters write dense layers, by hand, and what is not one.

Run by hand with onnx 1.12: python3 make_forms.py
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(1)


def weights(*shape, dtype=np.float32):
    return random.normal(0, 0.5, shape).astype(dtype)


W1, B1, W2, B2 = weights(5, 4), weights(4), weights(4, 3), weights(3)
MEAN, DEVIATION = weights(5), (np.abs(weights(5)) + 0.5).astype(np.float32)


def node(operator, inputs, output, **attributes):
    outputs = output if isinstance(output, list) else [output]
    return helper.make_node(operator, inputs, outputs, name=f"{operator}_{outputs[0]}", **attributes)


def raw(name, array):
    return numpy_helper.from_array(np.array(array, order="C"), name)


def typed(name, array):
    """An initializer in float_data, double_data or int64_data."""
    kind = onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype]
    return helper.make_tensor(name, kind, array.shape, array.flatten().tolist())


def save(name, nodes, tensors, outputs=(("y", TensorProto.FLOAT, ["N", 3]),), inputs=(("x", TensorProto.FLOAT, ["N", 5]),), opset=13,
         check=True, ml=2, initializers_as_inputs=False):
    graph_inputs = [helper.make_tensor_value_info(*each) for each in inputs]
    if initializers_as_inputs:
        graph_inputs += [helper.make_tensor_value_info(each.name, each.data_type, each.dims) for each in tensors]
    graph_outputs = [each if isinstance(each, onnx.ValueInfoProto) else helper.make_tensor_value_info(*each) for each in outputs]
    graph = helper.make_graph(nodes, "network", graph_inputs, graph_outputs, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", ml)])
    model.ir_version = 3 if initializers_as_inputs else 7
    if check:
        onnx.checker.check_model(model)
    onnx.save(model, f"{name}.onnx")


def both(kind=raw):
    return [kind("W1", W1), kind("B1", B1), kind("W2", W2), kind("B2", B2)]


def dense(output="y"):
    return [node("Gemm", ["x", "W1", "B1"], "z"), node("Relu", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], output)]


save("form-gemm", dense(), both())
save("form-float-data", dense(), both(typed))
save("form-initializers-as-inputs", dense(), both(), initializers_as_inputs=True, opset=8)
save("form-trans-b", [node("Gemm", ["x", "W1", "B1"], "z", transB=1, transA=0), node("Relu", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], "y")],
     [raw("W1", W1.T), raw("B1", B1), raw("W2", W2), raw("B2", B2)])
save("form-trans-a", [node("Transpose", ["x"], "t", perm=[1, 0]), node("Gemm", ["t", "W1", "B1"], "z", transA=1), node("Relu", ["z"], "a"),
                      node("Gemm", ["a", "W2", "B2"], "y")], both())
save("form-columns", [node("Gemm", ["W1", "x", "B1"], "z", transA=1), node("Relu", ["z"], "a"), node("MatMul", ["W2", "a"], "p"),
                      node("Add", ["p", "B2"], "l"), node("Softmax", ["l"], "y", axis=0)],
     [raw("W1", W1), raw("B1", B1[:, None]), raw("W2", W2.T), raw("B2", B2[:, None])],
     inputs=[("x", TensorProto.FLOAT, [5, "N"])], outputs=[("y", TensorProto.FLOAT, [3, "N"])])
save("form-back-to-rows", [node("Gemm", ["W1", "x", "B1"], "z", transA=1, transB=1), node("Tanh", ["z"], "a"),
                           node("Gemm", ["a", "W2", "B2"], "y", transA=1)],
     [raw("W1", W1), raw("B1", B1[:, None]), raw("W2", W2), raw("B2", B2)])
save("form-alpha-beta", [node("Gemm", ["x", "W1", "B1"], "z", alpha=0.5, beta=2.0), node("Relu", ["z"], "a"),
                         node("Gemm", ["a", "W2", "B2"], "y", beta=0.0, alpha=-1.5)], both())
save("form-no-c", [node("Gemm", ["x", "W1"], "z"), node("Relu", ["z"], "a"), node("Gemm", ["a", "W2", ""], "y")], both())
save("form-scalar-c", [node("Gemm", ["x", "W1", "c"], "z"), node("Relu", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], "y")],
     [raw("W1", W1), raw("c", np.float32(0.25)), raw("W2", W2), raw("B2", B2[None, :])])
save("form-matmul-add", [node("MatMul", ["x", "W1"], "p"), node("Add", ["p", "B1"], "z"), node("Elu", ["z"], "a", alpha=0.5),
                         node("MatMul", ["a", "W2"], "q"), node("Add", ["B2", "q"], "l"), node("Softmax", ["l"], "y", axis=-1)], both())
save("form-transposed-weights", [node("Transpose", ["W1"], "t"), node("Identity", ["t"], "u"), node("MatMul", ["x", "u"], "z"),
                                 node("LeakyRelu", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], "y")], [raw("W1", W1.T), raw("W2", W2), raw("B2", B2)])
save("form-constants", [helper.make_node("Constant", [], ["W1"], value=raw("", W1)), helper.make_node("Constant", [], ["B1"], value=typed("", B1)),
                        helper.make_node("Constant", [], ["half"], value_float=0.5), helper.make_node("Constant", [], ["B2"], value_floats=B2.tolist()),
                        node("Mul", ["x", "half"], "h"), node("Gemm", ["h", "W1", "B1"], "z"), node("Relu", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], "y")],
     [raw("W2", W2)])
save("form-shapes", [node("Flatten", ["x"], "f"), node("Reshape", ["f", "shape"], "r"), node("Identity", ["r"], "i"),
                     node("Dropout", ["i"], ["d", "mask"]), node("Gemm", ["d", "W1", "B1"], "z"), node("Relu", ["z"], "a"),
                     node("Dropout", ["a", "ratio", "training"], "e"), node("Gemm", ["e", "W2", "B2"], "g"), node("Reshape", ["g", "rows"], "y")],
     both() + [raw("shape", np.array([-1, 5])), raw("rows", np.array([0, 3])), raw("ratio", np.float32(0.5)), raw("training", np.array(False))])
save("form-image", [node("Reshape", ["x", "shape"], "r"), node("Gemm", ["r", "W1", "B1"], "z"), node("Relu", ["z"], "a"),
                    node("Gemm", ["a", "W2", "B2"], "l"), node("Softmax", ["l"], "y")], both() + [raw("shape", np.array([-1, 5]))],
     inputs=[("x", TensorProto.FLOAT, ["N", 5, 1, 1])])
save("form-unknown-shape", dense(), both(), inputs=[("x", TensorProto.FLOAT, ["N", None])])
save("form-scaler-sub-div", [node("Sub", ["x", "mean"], "c"), node("Div", ["c", "deviation"], "s"), node("Gemm", ["s", "W1", "B1"], "z"),
                             node("Relu", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], "y")], both() + [raw("mean", MEAN), raw("deviation", DEVIATION)])
save("form-scaler-mul-add", [node("Mul", ["x", "deviation"], "c"), node("Add", ["mean", "c"], "s"), node("Gemm", ["s", "W1", "B1"], "z"),
                             node("Relu", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], "y")], both() + [raw("mean", MEAN), raw("deviation", DEVIATION[None, :])])
save("form-scaler-scalar", [node("Div", ["x", "d"], "c"), node("Sub", ["one", "c"], "s"), node("Gemm", ["s", "W1", "B1"], "z"),
                            node("Relu", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], "y")], both() + [raw("d", np.float32(4)), raw("one", np.array([1], np.float32))])
save("form-scaler-ml", [helper.make_node("Scaler", ["x"], ["s"], domain="ai.onnx.ml", offset=MEAN.tolist(), scale=DEVIATION.tolist()),
                        node("Gemm", ["s", "W1", "B1"], "z"), node("Relu", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], "y")], both())
save("form-target-units", dense("t") + [node("Mul", ["t", "deviation"], "s"), node("Add", ["s", "mean"], "y")],
     both() + [raw("deviation", np.array([2, 3, 4], np.float32)), raw("mean", np.array([1, 10, 100], np.float32))])
save("form-units-after-function", dense("t") + [node("Tanh", ["t"], "h"), node("Mul", ["h", "deviation"], "s"), node("Add", ["s", "mean"], "y")],
     both() + [raw("deviation", np.array([2, 3, 4], np.float32)), raw("mean", np.float32(7))])
save("form-units-between", [node("Gemm", ["x", "W1", "B1"], "z"), node("Sigmoid", ["z"], "a"), node("Mul", ["a", "two"], "b"), node("Sub", ["b", "one"], "c"),
                            node("Gemm", ["c", "W2", "B2"], "y")], both() + [raw("two", np.float32(2)), raw("one", np.float32(1))])
save("form-clip-relu", [node("Gemm", ["x", "W1", "B1"], "z"), node("Clip", ["z", "zero"], "a"), node("Gemm", ["a", "W2", "B2"], "l"),
                        node("Max", ["l", "zero"], "y")], both() + [raw("zero", np.float32(0))])
save("bad-two-functions", [node("Gemm", ["x", "W1", "B1"], "z"), node("Relu", ["z"], "a"), node("Tanh", ["a"], "b"), node("Gemm", ["b", "W2", "B2"], "y")], both())
save("form-swish-of-scaled", [node("Gemm", ["x", "W1", "B1"], "z"), node("Mul", ["z", "k"], "s"), node("Sigmoid", ["s"], "g"), node("Mul", ["s", "g"], "a"),
                              node("Gemm", ["a", "W2", "B2"], "y")], both() + [raw("k", np.float32(1.7))])
save("form-gelu-other-order", [node("Gemm", ["x", "W1", "B1"], "z"), node("Mul", ["z", "r"], "s"), node("Erf", ["s"], "e"), node("Add", ["one", "e"], "f"),
                               node("Mul", ["half", "f"], "g"), node("Mul", ["z", "g"], "a"), node("Gemm", ["a", "W2", "B2"], "y")],
     both() + [raw("r", np.float32(np.sqrt(0.5))), raw("one", np.float32(1)), raw("half", np.float32(0.5))])
save("form-double", [node("Cast", ["x"], "d", to=TensorProto.DOUBLE), node("Gemm", ["d", "W1", "B1"], "z"), node("Tanh", ["z"], "a"),
                     node("Gemm", ["a", "W2", "B2"], "y")],
     [typed("W1", weights(5, 4, dtype=np.float64)), raw("B1", weights(4, dtype=np.float64)), raw("W2", weights(4, 3, dtype=np.float64)),
      typed("B2", weights(3, dtype=np.float64))], outputs=[("y", TensorProto.DOUBLE, ["N", 3])])
save("form-label-only", dense("l") + [node("ArgMax", ["l"], "y", axis=1, keepdims=0)], both(), outputs=[("y", TensorProto.INT64, ["N"])])
save("form-label-and-logits", dense("l") + [node("ArgMax", ["p"], "label", axis=1), node("Softmax", ["l"], "p", axis=1)][::-1], both(),
     outputs=[("label", TensorProto.INT64, ["N", 1]), ("l", TensorProto.FLOAT, ["N", 3]), ("p", TensorProto.FLOAT, ["N", 3])])
zipped = onnx.ValueInfoProto(name="probabilities")
zipped.type.sequence_type.elem_type.map_type.key_type = TensorProto.INT64
zipped.type.sequence_type.elem_type.map_type.value_type.tensor_type.elem_type = TensorProto.FLOAT
save("form-zipmap", dense("l") + [node("Softmax", ["l"], "p", axis=1), node("ArgMax", ["p"], "i", axis=1),
                                  helper.make_node("ArrayFeatureExtractor", ["classes", "i"], ["e"], domain="ai.onnx.ml"),
                                  node("Cast", ["e"], "label", to=TensorProto.INT64),
                                  helper.make_node("ZipMap", ["p"], ["probabilities"], domain="ai.onnx.ml", classlabels_int64s=[3, 5, 8])],
     both() + [raw("classes", np.array([3, 5, 8]))],
     outputs=[("label", TensorProto.INT64, [1, "N"]), zipped])

# As skl2onnx writes an MLPClassifier of two classes behind a StandardScaler.
w, b = weights(4, 1), weights(1)
save("form-sklearn-binary", [
    helper.make_node("Scaler", ["x"], ["variable"], name="Scaler", domain="ai.onnx.ml", offset=MEAN.tolist(), scale=DEVIATION.tolist()),
    node("Cast", ["variable"], "cast_input", to=TensorProto.FLOAT), node("MatMul", ["cast_input", "W1"], "mul_result"),
    node("Add", ["mul_result", "B1"], "add_result"), node("Relu", ["add_result"], "next_activations"),
    node("MatMul", ["next_activations", "w"], "mul_result1"), node("Add", ["mul_result1", "b"], "add_result1"),
    node("Sigmoid", ["add_result1"], "out_activations_result"), node("Sub", ["unity", "out_activations_result"], "negative_class_proba"),
    node("Concat", ["negative_class_proba", "out_activations_result"], "probabilities", axis=1), node("ArgMax", ["probabilities"], "argmax_output", axis=1),
    helper.make_node("ArrayFeatureExtractor", ["classes", "argmax_output"], ["array_feature_extractor_result"], domain="ai.onnx.ml"),
    node("Reshape", ["array_feature_extractor_result", "shape_tensor"], "reshaped_result"), node("Cast", ["reshaped_result"], "label", to=TensorProto.INT64)],
    [raw("W1", W1), raw("B1", B1), raw("w", w), raw("b", b), raw("unity", np.array([1], np.float32)), raw("classes", np.array([0, 1], np.int32)),
     raw("shape_tensor", np.array([-1]))],
    outputs=[("label", TensorProto.INT64, ["N"]), ("probabilities", TensorProto.FLOAT, ["N", 2])])
# As skl2onnx writes an MLPRegressor, whose input may be integers.
save("form-sklearn-integers", [node("Cast", ["x"], "cast_input", to=TensorProto.FLOAT), node("MatMul", ["cast_input", "W1"], "p"), node("Add", ["p", "B1"], "z"),
                               node("Tanh", ["z"], "a"), node("MatMul", ["a", "w"], "q"), node("Add", ["q", "b"], "r"), node("Reshape", ["r", "shape_tensor"], "y")],
     [raw("W1", W1), raw("B1", B1), raw("w", w), raw("b", b), raw("shape_tensor", np.array([-1, 1]))],
     inputs=[("x", TensorProto.INT64, [None, 5])], outputs=[("y", TensorProto.FLOAT, ["N", 1])])
# As tf2onnx writes a Keras model: Rescaling, Flatten, Dense.
save("form-keras", [node("Cast", ["x"], "c", to=TensorProto.FLOAT), node("Mul", ["c", "scale"], "s"), node("Reshape", ["s", "shape"], "f"),
                    node("MatMul", ["f", "W1"], "p"), node("Add", ["p", "B1"], "z"), node("Sigmoid", ["z"], "g"), node("Mul", ["z", "g"], "a"),
                    node("MatMul", ["a", "W2"], "q"), node("Add", ["q", "B2"], "l"), node("Softmax", ["l"], "y")],
     both() + [raw("scale", np.float32(1 / 255)), raw("shape", np.array([-1, 5], np.int64))], inputs=[("x", TensorProto.FLOAT, ["unk__1", 5, 1])])

save("bad-residual", [node("Gemm", ["x", "W1", "B1"], "z"), node("Relu", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], "b"), node("Add", ["b", "x"], "y")],
     [raw("W1", W1), raw("B1", B1), raw("W2", weights(4, 5)), raw("B2", weights(5))], outputs=[("y", TensorProto.FLOAT, ["N", 5])])
save("bad-hidden-softmax", [node("Gemm", ["x", "W1", "B1"], "z"), node("Softmax", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], "y")], both())
save("bad-softmax-over-samples", dense("l") + [node("Softmax", ["l"], "y", axis=0)], both())
save("bad-training-dropout", [node("Dropout", ["x", "ratio", "training"], "d"), node("Gemm", ["d", "W1", "B1"], "z"), node("Relu", ["z"], "a"),
                              node("Gemm", ["a", "W2", "B2"], "y")], both() + [raw("ratio", np.float32(0.5)), raw("training", np.array(True))])
save("bad-unknown-operator", [node("Gemm", ["x", "W1", "B1"], "z"), helper.make_node("Snake", ["z"], ["a"], name="snake", domain="my.own"),
                              node("Gemm", ["a", "W2", "B2"], "y")], both(), check=False)
save("bad-two-inputs", [node("Add", ["x", "w"], "s"), node("Gemm", ["s", "W1", "B1"], "z"), node("Relu", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], "y")],
     both(), inputs=[("x", TensorProto.FLOAT, ["N", 5]), ("w", TensorProto.FLOAT, ["N", 5])])
save("bad-two-outputs", [node("Gemm", ["x", "W1", "B1"], "z"), node("Relu", ["z"], "a"), node("Gemm", ["a", "W2", "B2"], "y"), node("Gemm", ["a", "W3"], "v")],
     both() + [raw("W3", weights(4, 2))], outputs=[("y", TensorProto.FLOAT, ["N", 3]), ("v", TensorProto.FLOAT, ["N", 2])])
save("bad-float16", [node("Cast", ["W1h"], "W1", to=TensorProto.FLOAT)] + dense(), [raw("W1h", W1.astype(np.float16)), raw("B1", B1), raw("W2", W2), raw("B2", B2)])
external = both()
external[0].ClearField("raw_data")
external[0].data_location = TensorProto.EXTERNAL
for key, value in {"location": "weights.bin", "offset": "0", "length": "80"}.items():
    entry = external[0].external_data.add()
    entry.key, entry.value = key, value
save("bad-external-data", dense(), external, check=False)
save("bad-not-a-network", [node("Relu", ["x"], "y")], [], outputs=[("y", TensorProto.FLOAT, ["N", 5])])
save("bad-recurrent", [helper.make_node("RNN", ["x", "W", "R"], ["y"], name="rnn", hidden_size=2)], [raw("W", weights(1, 2, 5)), raw("R", weights(1, 2, 2))],
     inputs=[("x", TensorProto.FLOAT, ["T", "N", 5])], outputs=[("y", TensorProto.FLOAT, ["T", 1, "N", 2])])
save("bad-layer-norm", [node("Gemm", ["x", "W1", "B1"], "z"), node("ReduceMean", ["z"], "m", axes=[1]), node("Sub", ["z", "m"], "a"),
                        node("Gemm", ["a", "W2", "B2"], "y")], both())
