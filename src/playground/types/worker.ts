/** The type checker's worker. It reads programs and never runs them. */
import type { Answers, Question, Reply, Request } from './messages.ts';
import { makeService, type Service } from './service.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;

let service: Service | undefined;

function answer(question: Question): Answers[keyof Answers] {
  if (question.kind === 'files') {
    service = makeService(question.files);
    return null;
  }
  if (!service) throw new Error('The type checker has no declarations yet.');
  switch (question.kind) {
    case 'problems':
      return service.problems(question.text);
    case 'candidates':
      return service.candidates(question.text, question.at);
    case 'detail':
      return service.detail(question.text, question.at, question.candidate);
    case 'explanation':
      return service.explanation(question.text, question.at);
  }
}

scope.onmessage = ({ data: { id, question } }: MessageEvent<Request>) => {
  let reply: Reply;
  try {
    reply = { id, answer: answer(question) };
  } catch (error) {
    reply = { id, error: error instanceof Error ? error.message : String(error) };
  }
  scope.postMessage(reply);
};
