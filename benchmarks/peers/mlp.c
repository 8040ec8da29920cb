/* What a C programmer gets from OpenBLAS: a 784-128-32-10 network with ReLU and softmax, trained on MNIST by plain
   gradient descent on the cross-entropy, in float. Prints one JSON line.

   usage: mlp DIRECTORY BATCH THREADS EPOCHS      a batch of 0 means full-batch training on the first 20,000 images

   What makes it fast:
   - Samples are rows. The images stay bytes and become floats as a batch is gathered.
   - The derivative of the output carries the factor -rate/batch, so each update W += A'.D is one product that adds to W:
     there is no gradient in memory and no pass over the weights.
   - The 10 classes are padded to 16, one vector. The padding has zero weights and a bias of -1e30, so its probability
     and its derivatives are exactly 0.
   - Two threads share the first layer by units, so that its weights stay in the cache of their own core. They exchange
     what their halves add to the second layer, with one spinning barrier a step, and do the small rest both for
     themselves. (OpenBLAS's own threads gain much less at these sizes; it is kept at one.) */
#include "tools.h"

#include <cblas.h>

enum { HIDDEN1 = 128, HIDDEN2 = 32, CLASSES = 10, PADDED = 16, FULL_BATCH = 20000, CHUNK = 256 };
enum { MAX_EPOCHS = 1000, PREDICTIONS = 25, LATENCIES = 200, LATENCY_IMAGES = 50 };
static const float rate = 0.1f;

/* The parameters in one block: weights [inputs][outputs], with the rows of the first layer's units side by side. A thread's
   share of the training has only some of these units. */
typedef struct { int units; size_t size; float *w1, *b1, *w2, *b2, *w3, *b3; } Model;

/* What passes between the layers for a batch; z3 becomes the derivative of the logits. */
typedef struct { float *x, *a1, *a2, *z3, *d1, *d2; } Buffers;

static int batch, epochs;
static Images train, test;
static int *order;
static Model model, share[MAX_THREADS], gradient[MAX_THREADS];
static Buffers buffers[MAX_THREADS];
static float *partial[2][MAX_THREADS]; /* a thread's part of the second layer's sums, for odd and even steps */
static double times[MAX_EPOCHS], costs[MAX_THREADS];
static int train_hits[MAX_THREADS], test_hits[MAX_THREADS], chunk = CHUNK;

/* ---- parameters and memory ---- */

/* He's uniform distribution for the first columns; the others stay 0. */
static void initialise(float *w, int inputs, int outputs, int stride)
{
    for (int i = 0; i < inputs; i++)
        for (int j = 0; j < outputs; j++)
            w[i * stride + j] = sqrtf(6.0f / inputs) * (random_bits() * 0x1p-31f - 1);
}

static Model new_model(int units)
{
    Model m = {.units = units, .size = (size_t)(INPUTS + 1) * units + (units + 1) * HIDDEN2 + (HIDDEN2 + 1) * PADDED};
    m.w1 = floats(m.size);
    m.b1 = m.w1 + (size_t)INPUTS * units;
    m.w2 = m.b1 + units;
    m.b2 = m.w2 + units * HIDDEN2;
    m.w3 = m.b2 + HIDDEN2;
    m.b3 = m.w3 + HIDDEN2 * PADDED;
    return m;
}

static Buffers new_buffers(int rows)
{
    return (Buffers){floats(rows * INPUTS), floats(rows * HIDDEN1), floats(rows * HIDDEN2),
                     floats(rows * PADDED), floats(rows * HIDDEN1), floats(rows * HIDDEN2)};
}

/* ---- the network's parts: all matrices [rows][columns] ---- */

/* c (m x n) = a (m x k) . b (k x n) */
static void product(int m, int n, int k, const float *a, const float *b, float *c)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a, k, b, n, 0, c, n);
}

/* c (m x n) = a (m x k) . b' with b (n x k) */
static void product_transposed(int m, int n, int k, const float *a, const float *b, float *c)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, a, k, b, k, 0, c, n);
}

/* w (k x n) += a' . d with a (m x k) and d (m x n), and b (n) += the sum of d's rows: one layer's step, since d carries the
   rate. */
static void descend(int m, int n, int k, const float *a, const float *d, float *restrict w, float *restrict b)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, k, n, m, 1, a, k, d, n, 1, w, n);
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            b[j] += d[i * n + j];
}

static void add_bias_relu(float *restrict z, const float *restrict b, int m, int n)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            z[i * n + j] = fmaxf(z[i * n + j] + b[j], 0);
}

static void multiply_by_relu_slope(float *restrict d, const float *restrict a, int count)
{
    for (int i = 0; i < count; i++)
        d[i] = a[i] > 0 ? d[i] : 0;
}

/* Logits without their bias become scale · (probabilities - one-hot). Returns the summed cost if it is wanted. */
static double softmax_derivative(
    float *z, const float *b, const byte *labels, const int *rows, int m, float scale, int wants_cost)
{
    double cost = 0;
    for (int i = 0; i < m; i++, z += PADDED) {
        float max = -1e30f, sum = 0;
        for (int j = 0; j < PADDED; j++)
            z[j] += b[j];
        for (int j = 0; j < PADDED; j++)
            max = fmaxf(max, z[j]);
        for (int j = 0; j < PADDED; j++)
            z[j] = expf(z[j] - max);
        for (int j = 0; j < PADDED; j++)
            sum += z[j];
        int label = labels[rows ? rows[i] : i];
        if (wants_cost)
            cost -= logf(z[label] / sum + 1e-12f);
        for (int j = 0; j < PADDED; j++)
            z[j] *= scale / sum;
        z[label] -= scale;
    }
    return cost;
}

static void gather(float *restrict x, const int *rows, int m)
{
    for (int i = 0; i < m; i++, x += INPUTS) {
        const byte *pixels = train.pixels + (size_t)rows[i] * INPUTS;
        if (i + 2 < m)
            for (int j = 0; j < INPUTS; j += 64)
                __builtin_prefetch(train.pixels + (size_t)rows[i + 2] * INPUTS + j);
        for (int j = 0; j < INPUTS; j++)
            x[j] = pixels[j] * (1 / 255.0f);
    }
}

/* ---- mini-batches ---- */

static void step(int t, const int *rows, int m, int parity)
{
    Model *w = &share[t];
    Buffers *s = &buffers[t];
    gather(s->x, rows, m);
    product(m, w->units, INPUTS, s->x, w->w1, s->a1);
    add_bias_relu(s->a1, w->b1, m, w->units);
    float *sums = partial[parity][0], *others = partial[parity][threads - 1];
    product(m, HIDDEN2, w->units, s->a1, w->w2, partial[parity][t]);
    barrier(); /* The next step writes the other parity, so a thread that is ahead disturbs nobody. */
    for (int i = 0; i < m * HIDDEN2; i++)
        s->a2[i] = threads == 1 ? sums[i] : sums[i] + others[i];
    add_bias_relu(s->a2, w->b2, m, HIDDEN2);
    product(m, PADDED, HIDDEN2, s->a2, w->w3, s->z3);

    softmax_derivative(s->z3, w->b3, train.labels, rows, m, -rate / m, 0);
    product_transposed(m, HIDDEN2, PADDED, s->z3, w->w3, s->d2);
    multiply_by_relu_slope(s->d2, s->a2, m * HIDDEN2);
    product_transposed(m, w->units, HIDDEN2, s->d2, w->w2, s->d1);
    multiply_by_relu_slope(s->d1, s->a1, m * w->units);

    descend(m, PADDED, HIDDEN2, s->a2, s->z3, w->w3, w->b3);
    descend(m, HIDDEN2, w->units, s->a1, s->d2, w->w2, w->b2);
    descend(m, w->units, INPUTS, s->x, s->d1, w->w1, w->b1);
}

/* Copies between the model and a thread's share of its units. */
static void exchange(int t, int to_model)
{
    Model *s = &share[t];
#define COPY(whole, part, count) memcpy(to_model ? (whole) : (part), to_model ? (part) : (whole), (count) * sizeof(float))
    for (int i = 0; i < INPUTS; i++)
        COPY(model.w1 + i * HIDDEN1 + t * s->units, s->w1 + i * s->units, s->units);
    COPY(model.b1 + t * s->units, s->b1, s->units);
    COPY(model.w2 + t * s->units * HIDDEN2, s->w2, s->units * HIDDEN2);
    if (t == 0 || !to_model) /* b2, w3 and b3, which are the same in each thread */
        COPY(model.b2, s->b2, HIDDEN2 + HIDDEN2 * PADDED + PADDED);
#undef COPY
}

static void train_mini_batches(int t)
{
    share[t] = new_model(HIDDEN1 / threads);
    buffers[t] = new_buffers(batch);
    partial[0][t] = floats(batch * HIDDEN2);
    partial[1][t] = floats(batch * HIDDEN2);
    exchange(t, 0);
    for (int epoch = 0; epoch < epochs; epoch++) {
        barrier();
        double start = seconds();
        if (t == 0)
            shuffle(order, train.count);
        barrier();
        for (int i = 0, parity = 0; i < train.count; i += batch, parity ^= 1)
            step(t, order + i, train.count - i < batch ? train.count - i : batch, parity);
        barrier();
        if (t == 0)
            times[epoch] = seconds() - start;
    }
    exchange(t, 1);
}

/* ---- prediction ---- */

static void forward(const float *x, int m, Buffers *s)
{
    product(m, HIDDEN1, INPUTS, x, model.w1, s->a1);
    add_bias_relu(s->a1, model.b1, m, HIDDEN1);
    product(m, HIDDEN2, HIDDEN1, s->a1, model.w2, s->a2);
    add_bias_relu(s->a2, model.b2, m, HIDDEN2);
    product(m, PADDED, HIDDEN2, s->a2, model.w3, s->z3);
}

static int most_probable(const float *z)
{
    int best = 0;
    for (int j = 1; j < CLASSES; j++)
        if (z[j] + model.b3[j] > z[best] + model.b3[best])
            best = j;
    return best;
}

/* Predicts the thread's share of the first images, a chunk at a time, and counts the hits. */
static int count_hits(const Images *images, int count, int t, Buffers *s)
{
    int right = 0, end = first_of(count, t + 1);
    for (int i = first_of(count, t); i < end; i += chunk) {
        int m = end - i < chunk ? end - i : chunk;
        forward(images->values + (size_t)i * INPUTS, m, s);
        for (int r = 0; r < m; r++)
            right += most_probable(s->z3 + r * PADDED) == images->labels[i + r];
    }
    return right;
}

static void predict_test_set(int t)
{
    Buffers s = new_buffers(chunk);
    for (int i = 0; i < PREDICTIONS; i++) {
        barrier();
        double start = seconds();
        test_hits[t] = count_hits(&test, test.count, t, &s);
        barrier();
        if (t == 0)
            times[i] = seconds() - start;
    }
}

/* One layer for one sample: y (n) = b + x (k) . w (k x n). A BLAS call costs more than this. Vectors of 16 units; enough sums at
   a time to hide the latency of the additions: for wide layers of many units, for narrow ones of every fourth input. */
typedef float vector __attribute__((vector_size(64), aligned(4), may_alias));

static void affine(int n, int k, const float *x, const float *w, const float *b, float *y)
{
    int j = 0;
    for (; j + 128 <= n; j += 128) {
        vector sums[8];
        memcpy(sums, b + j, sizeof sums);
        for (int i = 0; i < k; i++)
            for (int v = 0; v < 8; v++)
                sums[v] += x[i] * *(const vector *)(w + i * n + j + 16 * v);
        memcpy(y + j, sums, sizeof sums);
    }
    for (; j < n; j += 16) {
        vector sums[4] = {*(const vector *)(b + j)};
        for (int i = 0; i < k; i += 4)
            for (int v = 0; v < 4; v++)
                sums[v] += x[i + v] * *(const vector *)(w + (i + v) * n + j);
        *(vector *)(y + j) = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }
}

static int predict_one(const float *x)
{
    float a1[HIDDEN1], a2[HIDDEN2], z[PADDED];
    affine(HIDDEN1, INPUTS, x, model.w1, model.b1, a1);
    for (int j = 0; j < HIDDEN1; j++)
        a1[j] = fmaxf(a1[j], 0);
    affine(HIDDEN2, HIDDEN1, a1, model.w2, model.b2, a2);
    for (int j = 0; j < HIDDEN2; j++)
        a2[j] = fmaxf(a2[j], 0);
    affine(PADDED, HIDDEN2, a2, model.w3, model.b3, z);
    int best = 0;
    for (int j = 1; j < CLASSES; j++)
        best = z[j] > z[best] ? j : best;
    return best;
}

/* ---- full batch: a chunk at a time, so that what passes between the layers stays in the cache ---- */

static void train_full_batch(int t)
{
    Buffers s = new_buffers(CHUNK);
    Model *g = &gradient[t];
    *g = new_model(HIDDEN1);
    for (int epoch = 0; epoch < epochs; epoch++) {
        barrier();
        double start = seconds();
        memset(g->w1, 0, g->size * sizeof(float));
        costs[t] = 0;
        int end = first_of(FULL_BATCH, t + 1);
        for (int i = first_of(FULL_BATCH, t); i < end; i += CHUNK) {
            int m = end - i < CHUNK ? end - i : CHUNK;
            const float *x = train.values + (size_t)i * INPUTS;
            forward(x, m, &s);
            costs[t] += softmax_derivative(s.z3, model.b3, train.labels + i, NULL, m, -rate / FULL_BATCH, 1);
            product_transposed(m, HIDDEN2, PADDED, s.z3, model.w3, s.d2);
            multiply_by_relu_slope(s.d2, s.a2, m * HIDDEN2);
            product_transposed(m, HIDDEN1, HIDDEN2, s.d2, model.w2, s.d1);
            multiply_by_relu_slope(s.d1, s.a1, m * HIDDEN1);
            descend(m, PADDED, HIDDEN2, s.a2, s.z3, g->w3, g->b3);
            descend(m, HIDDEN2, HIDDEN1, s.a1, s.d2, g->w2, g->b2);
            descend(m, HIDDEN1, INPUTS, x, s.d1, g->w1, g->b1);
        }
        barrier();
        for (int other = 0; other < threads; other++)
            for (int i = first_of(model.size, t); i < first_of(model.size, t + 1); i++)
                model.w1[i] += gradient[other].w1[i];
        barrier();
        /* The accuracies with the new weights belong to the epoch. */
        train_hits[t] = count_hits(&train, FULL_BATCH, t, &s);
        test_hits[t] = count_hits(&test, test.count, t, &s);
        barrier();
        if (t == 0)
            times[epoch] = seconds() - start;
    }
}

static double accuracy(const int *hits, int count)
{
    int right = 0;
    for (int t = 0; t < threads; t++)
        right += hits[t];
    return right / (double)count;
}

int main(int count, char **arguments)
{
    if (count != 5 || (batch = atoi(arguments[2])) < 0 || (threads = atoi(arguments[3])) < 1 || threads > MAX_THREADS
        || (epochs = atoi(arguments[4])) < 1 || epochs > MAX_EPOCHS) {
        fprintf(stderr, "usage: mlp DIRECTORY BATCH THREADS EPOCHS (threads: 1 or 2; batch 0: all 20,000)\n");
        return 2;
    }
    openblas_set_num_threads(1);
    train = read_images(arguments[1], "train");
    test = read_images(arguments[1], "t10k");
    model = new_model(HIDDEN1);
    initialise(model.w1, INPUTS, HIDDEN1, HIDDEN1);
    initialise(model.w2, HIDDEN1, HIDDEN2, HIDDEN2);
    initialise(model.w3, HIDDEN2, CLASSES, PADDED);
    for (int j = CLASSES; j < PADDED; j++)
        model.b3[j] = -1e30f;
    order = allocate(train.count * sizeof *order);
    for (int i = 0; i < train.count; i++)
        order[i] = i;

    printf("{\"peer\": \"C + OpenBLAS\", \"config\": \"784-128-32-10 float sgd lr 0.1 byte data\", ");
    printf("\"version\": \"%s, gcc %s\", ", openblas_get_config(), __VERSION__);
    printf("\"batch\": %d, \"threads\": %d, \"epochs\": %d, ", batch ? batch : FULL_BATCH, threads, epochs);
    if (batch == 0) {
        run(train_full_batch);
        double middle = median(times, epochs);
        printf("\"seconds_per_epoch_best\": %.5f, \"seconds_per_epoch_median\": %.5f, \"cost_last\": %.5f, ",
               times[0], middle, (costs[0] + costs[1]) / FULL_BATCH);
        printf("\"train_accuracy\": %.4f, ", accuracy(train_hits, FULL_BATCH));
        printf("\"test_accuracy\": %.4f}\n", accuracy(test_hits, test.count));
        return 0;
    }

    run(train_mini_batches);
    double middle = median(times, epochs);
    printf("\"train_sps_best\": %.0f, \"train_sps_median\": %.0f, ", train.count / times[0], train.count / middle);

    double best = 1e30;
    for (chunk = 125; chunk <= 1000; chunk *= 2) { /* Which one is best depends on the caches. */
        run(predict_test_set);
        median(times, PREDICTIONS);
        best = fmin(best, times[0]);
    }
    printf("\"infer_sps\": %.0f, \"test_accuracy\": %.4f, ", test.count / best, accuracy(test_hits, test.count));

    int right = 0, repeated = 0;
    for (int i = 0; i < test.count; i++)
        right += predict_one(test.values + (size_t)i * INPUTS) == test.labels[i];
    for (int r = 0; r < LATENCIES; r++) {
        double start = seconds();
        for (int i = r * LATENCY_IMAGES; i < (r + 1) * LATENCY_IMAGES; i++)
            repeated += predict_one(test.values + (size_t)i * INPUTS) == test.labels[i];
        times[r] = (seconds() - start) / LATENCY_IMAGES * 1e6;
    }
    if (repeated != right || abs(right - (int)lround(accuracy(test_hits, test.count) * test.count)) > 2)
        fail("one sample at a time gives other classes than many at once");
    printf("\"latency_us\": %.3f}\n", median(times, LATENCIES));
    return 0;
}
