/*
 * Carries out single system calls and memory accesses for the recorder: a command a line on standard input, an answer
 * a line on standard output. Numbers are decimal or 0x..., bytes are hexadecimal.
 *
 *   S nr a b c d e f   a system call; answers its value, or a negated errno, and "!signal code address" where a signal
 *                      came meanwhile
 *   L addr len         loads bytes; answers them, or "!signal code"
 *   W addr bytes       stores bytes; answers "ok", or "!signal code"
 *   M addr byte len    fills memory; answers "ok"
 *   F                  forks; the child takes the commands up to X, and answers "ok" first
 *   X                  ends the child; its parent answers "ok"
 *   T n command        has thread n (from 1) carry out one of S, L, W and M; its answer comes later, as "@n answer"
 *   I n                the id of thread n as the kernel counts it
 *   K n                sends thread n a signal that it handles; answers "ok"
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_BYTES (1 << 20)
#define THREADS 16
/* Memory for arguments, far from where recordings put their mappings; a part of it for each thread. */
#define SCRATCH 0x100000000000ul
#define SCRATCH_BYTES (64ul << 20)

struct worker {
	pthread_t thread;
	pid_t tid;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char *command;
};

static struct worker workers[THREADS];
/* Held by whoever writes an answer. */
static pthread_mutex_t answering = PTHREAD_MUTEX_INITIALIZER;
static __thread sigjmp_buf recovery;
static __thread volatile sig_atomic_t guarded;
static __thread volatile int died_of, died_code;
static __thread void *volatile died_at;
/* The thread's number, 0 for the first one. */
static __thread int self;

static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)context;
	died_of = number;
	died_code = info->si_code;
	died_at = info->si_addr;
	if (guarded)
		siglongjmp(recovery, 1);
}

static void on_poke(int number)
{
	(void)number;
}

/* Reads one line, a byte at a time so that a child finds the next one; 0 at the end. */
static int next_line(char *line)
{
	size_t length = 0;
	while (length < LINE_BYTES - 1) {
		ssize_t got = read(0, line + length, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return 0;
		if (line[length] == '\n')
			break;
		length++;
	}
	line[length] = 0;
	return 1;
}

static uint64_t number(char **at)
{
	char *word = strsep(at, " ");
	if (word == NULL)
		return 0;
	return *word == '-' ? (uint64_t)strtoll(word, NULL, 0) : strtoull(word, NULL, 0);
}

/* One line in one write, so that threads' answers keep apart. */
static void answer(const char *format, ...)
{
	char *text = NULL, *whole = NULL;
	va_list list;
	va_start(list, format);
	int length = vasprintf(&text, format, list);
	va_end(list);
	if (length < 0)
		_exit(1);
	length = self ? asprintf(&whole, "@%d %s\n", self, text) : asprintf(&whole, "%s\n", text);
	pthread_mutex_lock(&answering);
	for (int done = 0; done < length;) {
		ssize_t wrote = write(1, whole + done, length - done);
		if (wrote < 0 && errno != EINTR)
			_exit(1);
		if (wrote > 0)
			done += wrote;
	}
	pthread_mutex_unlock(&answering);
	free(text);
	free(whole);
}

static void answer_death(void)
{
	answer("!%d %d", died_of, died_code);
}

static void call(char *at)
{
	uint64_t a[7];
	for (int i = 0; i < 7; i++)
		a[i] = number(&at);
	died_of = 0;
	long value = syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
	if (value < 0)
		value = -(long)errno;
	if (died_of)
		answer("%ld !%d %d %lu", value, died_of, died_code, (unsigned long)died_at);
	else
		answer("%ld", value);
}

static void load(char *at)
{
	volatile uint8_t *from = (uint8_t *)number(&at);
	size_t length = number(&at);
	char *volatile out = malloc(2 * length + 1);
	if (sigsetjmp(recovery, 1)) {
		guarded = 0;
		free(out);
		answer_death();
		return;
	}
	guarded = 1;
	for (size_t i = 0; i < length; i++)
		sprintf(out + 2 * i, "%02x", from[i]);
	guarded = 0;
	out[2 * length] = 0;
	answer("%s", out);
	free(out);
}

static void store(char *at)
{
	volatile uint8_t *to = (uint8_t *)number(&at);
	if (sigsetjmp(recovery, 1)) {
		guarded = 0;
		answer_death();
		return;
	}
	guarded = 1;
	for (size_t i = 0; at && at[2 * i]; i++) {
		char digits[3] = { at[2 * i], at[2 * i + 1], 0 };
		to[i] = strtoul(digits, NULL, 16);
	}
	guarded = 0;
	answer("ok");
}

static void fill(char *at)
{
	void *to = (void *)number(&at);
	int byte = number(&at);
	memset(to, byte, number(&at));
	answer("ok");
}

/* 0 where there is no such command. */
static int carry_out(char *line)
{
	char *at = line;
	char *command = strsep(&at, " ");
	switch (*command) {
	case 'S':
		call(at);
		return 1;
	case 'L':
		load(at);
		return 1;
	case 'W':
		store(at);
		return 1;
	case 'M':
		fill(at);
		return 1;
	default:
		return 0;
	}
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	self = worker - workers;
	pthread_mutex_lock(&worker->lock);
	worker->tid = syscall(SYS_gettid);
	pthread_cond_broadcast(&worker->changed);
	for (;;) {
		while (worker->command == NULL)
			pthread_cond_wait(&worker->changed, &worker->lock);
		char *command = worker->command;
		pthread_mutex_unlock(&worker->lock);
		if (!carry_out(command))
			_exit(1);
		free(command);
		pthread_mutex_lock(&worker->lock);
		worker->command = NULL;
		pthread_cond_broadcast(&worker->changed);
	}
	return NULL;
}

/* The thread of a number, made when first asked for. */
static struct worker *worker_of(uint64_t n)
{
	if (n < 1 || n >= THREADS)
		_exit(1);
	struct worker *worker = workers + n;
	if (worker->tid == 0) {
		pthread_mutex_init(&worker->lock, NULL);
		pthread_cond_init(&worker->changed, NULL);
		pthread_mutex_lock(&worker->lock);
		if (pthread_create(&worker->thread, NULL, work, worker))
			_exit(1);
		while (worker->tid == 0)
			pthread_cond_wait(&worker->changed, &worker->lock);
		pthread_mutex_unlock(&worker->lock);
	}
	return worker;
}

static void hand_over(char *at)
{
	struct worker *worker = worker_of(number(&at));
	pthread_mutex_lock(&worker->lock);
	while (worker->command != NULL)
		pthread_cond_wait(&worker->changed, &worker->lock);
	worker->command = strdup(at);
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

static void fork_child(void)
{
	/* A thread that is still writing an answer would leave the child a lock that nobody opens. */
	pthread_mutex_lock(&answering);
	pid_t child = fork();
	pthread_mutex_unlock(&answering);
	if (child < 0) {
		answer("%d", -errno);
		return;
	}
	if (child > 0)
		waitpid(child, NULL, 0);
	answer("ok");
}

int main(void)
{
	static char line[LINE_BYTES];
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	struct sigaction poke = { .sa_handler = on_poke };
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGUSR1, &poke, NULL);
	void *scratch = mmap((void *)SCRATCH, THREADS * SCRATCH_BYTES, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
	if (scratch != (void *)SCRATCH)
		return 1;
	while (next_line(line)) {
		char *at = line + 2;
		switch (*line) {
		case 'F':
			fork_child();
			break;
		case 'X':
			_exit(0);
		case 'T':
			hand_over(at);
			break;
		case 'I':
			answer("%d", worker_of(number(&at))->tid);
			break;
		case 'K':
			pthread_kill(worker_of(number(&at))->thread, SIGUSR1);
			answer("ok");
			break;
		default:
			if (!carry_out(line))
				return 1;
		}
	}
	return 0;
}
