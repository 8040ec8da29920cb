/* Tools for the C peer: time, memory, random numbers, the MNIST files, and threads that meet at a barrier. */
#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INPUTS = 784, MAX_THREADS = 2 };

typedef unsigned char byte;
typedef struct { int count; byte *pixels, *labels; float *values; } Images; /* values = pixels / 255 */

static int threads;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void fail(const char *what)
{
    fprintf(stderr, "mlp: %s\n", what);
    exit(1);
}

static void *allocate(size_t bytes)
{
    size_t rounded = (bytes + 63) / 64 * 64;
    void *memory = aligned_alloc(64, rounded);
    if (!memory)
        fail("out of memory");
    return memset(memory, 0, rounded);
}

static float *floats(size_t count) { return allocate(count * sizeof(float)); }

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the times: the first is the best. */
static double median(double *values, int count)
{
    qsort(values, count, sizeof *values, ascending);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static unsigned random_bits(void)
{
    static unsigned long long state = 88172645463325252ull;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 32;
}

static void shuffle(int *values, int count)
{
    for (int i = count - 1; i > 0; i--) {
        int j = ((unsigned long long)random_bits() * (i + 1)) >> 32, value = values[i];
        values[i] = values[j];
        values[j] = value;
    }
}

static byte *read_idx(const char *directory, const char *set, const char *kind, int header, int size, int *count)
{
    char path[4096];
    byte head[16];
    snprintf(path, sizeof path, "%s/%s-%s-ubyte", directory, set, kind);
    FILE *file = fopen(path, "rb");
    if (!file || fread(head, 1, header, file) != (size_t)header)
        fail(path);
    *count = head[4] << 24 | head[5] << 16 | head[6] << 8 | head[7];
    byte *data = allocate((size_t)*count * size);
    if (fread(data, size, *count, file) != (size_t)*count)
        fail(path);
    fclose(file);
    return data;
}

static Images read_images(const char *directory, const char *set)
{
    Images images;
    images.pixels = read_idx(directory, set, "images-idx3", 16, INPUTS, &images.count);
    images.labels = read_idx(directory, set, "labels-idx1", 8, 1, &images.count);
    images.values = floats((size_t)images.count * INPUTS);
    for (size_t i = 0; i < (size_t)images.count * INPUTS; i++)
        images.values[i] = images.pixels[i] / 255.0f;
    return images;
}

static atomic_int waiting, round_number;

static void barrier(void)
{
    if (threads == 1)
        return;
    int current = atomic_load(&round_number);
    if (atomic_fetch_add(&waiting, 1) == threads - 1) {
        atomic_store(&waiting, 0);
        atomic_store(&round_number, current + 1);
        return;
    }
    for (int spins = 0; atomic_load_explicit(&round_number, memory_order_acquire) == current; spins++) {
#ifdef __x86_64__
        __builtin_ia32_pause();
#endif
        if (spins > 20000)
            sched_yield();
    }
}

static void pin(int thread)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(thread, &set);
    sched_setaffinity(0, sizeof set, &set);
}

typedef struct { void (*work)(int); int thread; } Start;

static void *run_thread(void *argument)
{
    Start *start = argument;
    if (threads > 1)
        pin(start->thread);
    start->work(start->thread);
    return NULL;
}

/* Runs work(0) … work(threads - 1) at the same time. */
static void run(void (*work)(int))
{
    pthread_t handles[MAX_THREADS];
    Start starts[MAX_THREADS];
    for (int t = 0; t < threads; t++) {
        starts[t] = (Start){work, t};
        if (pthread_create(&handles[t], NULL, run_thread, &starts[t]))
            fail("cannot create a thread");
    }
    for (int t = 0; t < threads; t++)
        pthread_join(handles[t], NULL);
}

static int first_of(int count, int thread) { return (int)((long)count * thread / threads); }
