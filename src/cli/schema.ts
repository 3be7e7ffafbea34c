import type { Param, Params } from '../model/experiments/params.ts';

/** A parameter as JSON Schema (draft 2020-12), as `lab list --json` prints it. */
export function paramSchema(param: Param): Record<string, unknown> {
  const common = {
    title: param.label,
    ...(param.help === undefined ? {} : { description: param.help }),
    default: param.default,
  };
  switch (param.kind) {
    case 'flag':
      return { type: 'boolean', ...common };
    case 'choice':
      return { type: 'string', enum: param.options.map(o => o.value), ...common };
    default:
      return {
        type: param.kind === 'int' ? 'integer' : 'number',
        minimum: param.min,
        maximum: param.max,
        ...common,
        ...(param.unit === undefined ? {} : { unit: param.unit }),
      };
  }
}

/** The parameters of an experiment as the schema of one object. */
export function paramsSchema(params: Params): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const name of Object.keys(params)) properties[name] = paramSchema(params[name]);
  return { type: 'object', properties, additionalProperties: false };
}
