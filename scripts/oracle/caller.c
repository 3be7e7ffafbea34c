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
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_BYTES (1 << 20)
/* Memory for arguments, far from where recordings put their mappings. */
#define SCRATCH 0x100000000000ul
#define SCRATCH_BYTES (64ul << 20)

static char line[LINE_BYTES];
static sigjmp_buf recovery;
static volatile sig_atomic_t guarded;
static volatile int died_of, died_code;
static void *volatile died_at;

static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)context;
	died_of = number;
	died_code = info->si_code;
	died_at = info->si_addr;
	if (guarded)
		siglongjmp(recovery, 1);
}

/* Reads one line, a byte at a time so that a child finds the next one; 0 at the end. */
static int next_line(void)
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

static void answer(const char *text)
{
	dprintf(1, "%s\n", text);
}

static void answer_death(void)
{
	dprintf(1, "!%d %d\n", died_of, died_code);
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
		dprintf(1, "%ld !%d %d %lu\n", value, died_of, died_code, (unsigned long)died_at);
	else
		dprintf(1, "%ld\n", value);
}

static void load(char *at)
{
	static char out[LINE_BYTES];
	volatile uint8_t *from = (uint8_t *)number(&at);
	size_t length = number(&at);
	if (sigsetjmp(recovery, 1)) {
		guarded = 0;
		answer_death();
		return;
	}
	guarded = 1;
	for (size_t i = 0; i < length; i++)
		sprintf(out + 2 * i, "%02x", from[i]);
	guarded = 0;
	out[2 * length] = 0;
	answer(out);
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

static void fork_child(void)
{
	pid_t child = fork();
	if (child < 0) {
		dprintf(1, "%d\n", -errno);
		return;
	}
	if (child > 0)
		waitpid(child, NULL, 0);
	answer("ok");
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	void *scratch = mmap((void *)SCRATCH, SCRATCH_BYTES, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
	if (scratch != (void *)SCRATCH)
		return 1;
	while (next_line()) {
		char *at = line;
		char *command = strsep(&at, " ");
		switch (*command) {
		case 'S':
			call(at);
			break;
		case 'L':
			load(at);
			break;
		case 'W':
			store(at);
			break;
		case 'M': {
			void *to = (void *)number(&at);
			int byte = number(&at);
			memset(to, byte, number(&at));
			answer("ok");
			break;
		}
		case 'F':
			fork_child();
			break;
		case 'X':
			_exit(0);
		default:
			return 1;
		}
	}
	return 0;
}
