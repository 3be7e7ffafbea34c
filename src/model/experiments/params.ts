/**
 * Parameters of experiments as plain data.
 *
 * One description gives the controls in the page, the flags of `lab run`, the JSON Schema of `lab list` and the
 * fields of a permalink. Nothing here knows any of them: they are derived outside the model.
 */

interface ParamBase {
  /** What a reader sees beside the control. */
  readonly label: string;
  /** One sentence: what it changes, and where its default comes from. */
  readonly help?: string;
}

/** A whole number in `[min, max]`. */
export interface IntParam extends ParamBase {
  readonly kind: 'int';
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly unit?: string;
  /** How a slider spreads the range; `log` where it spans orders of magnitude. */
  readonly scale?: 'linear' | 'log';
}

/** A real number in `[min, max]`. */
export interface NumberParam extends ParamBase {
  readonly kind: 'number';
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly unit?: string;
  readonly scale?: 'linear' | 'log';
}

/** One of a few named values. */
export interface ChoiceParam<V extends string = string> extends ParamBase {
  readonly kind: 'choice';
  readonly options: readonly { readonly value: V; readonly label: string }[];
  readonly default: V;
}

/** On or off. */
export interface FlagParam extends ParamBase {
  readonly kind: 'flag';
  readonly default: boolean;
}

export type Param = IntParam | NumberParam | ChoiceParam | FlagParam;

/** An experiment's parameters by name. Names are camelCase; `json`, `shard`, `out`, `trace`, `design`, `bound` are taken. */
export type Params = Readonly<Record<string, Param>>;

/** What `run` receives: one value a parameter. */
export type Values<P extends Params> = {
  readonly [K in keyof P]: P[K] extends ChoiceParam<infer V> ? V : P[K] extends FlagParam ? boolean : number;
};

/** Values of parameters whose names are not known to the compiler. */
export type AnyValues = Readonly<Record<string, number | string | boolean>>;

/** Describes an integer parameter. */
export function int(spec: Omit<IntParam, 'kind'>): IntParam {
  return { kind: 'int', ...spec };
}

/** Describes a real-valued parameter. */
export function number(spec: Omit<NumberParam, 'kind'>): NumberParam {
  return { kind: 'number', ...spec };
}

/** Describes a choice between named values; `options` maps each value to its label. */
export function choice<const O extends Readonly<Record<string, string>>>(
  spec: ParamBase & { readonly options: O; readonly default: keyof O & string },
): ChoiceParam<keyof O & string> {
  const values = Object.keys(spec.options) as (keyof O & string)[];
  return { ...spec, kind: 'choice', options: values.map(value => ({ value, label: spec.options[value] })) };
}

/** Describes an on/off parameter. */
export function flag(spec: Omit<FlagParam, 'kind'>): FlagParam {
  return { kind: 'flag', ...spec };
}

/** The default value of every parameter. */
export function defaults<P extends Params>(params: P): Values<P> {
  const out: Record<string, number | string | boolean> = {};
  for (const name of Object.keys(params)) out[name] = params[name].default;
  return out as Values<P>;
}

/**
 * Checks one value against its parameter.
 *
 * @returns undefined when it fits, else a sentence that names what would be right.
 */
export function complaint(name: string, param: Param, value: unknown): string | undefined {
  switch (param.kind) {
    case 'flag':
      return typeof value === 'boolean' ? undefined : `${name} is true or false`;
    case 'choice':
      return param.options.some(o => o.value === value)
        ? undefined
        : `${name} is one of ${param.options.map(o => o.value).join(', ')}`;
    default: {
      const unit = param.unit ? ` ${param.unit}` : '';
      const range = `${param.kind === 'int' ? 'a whole number' : 'a number'} from ${param.min} to ${param.max}${unit}`;
      if (typeof value !== 'number' || !Number.isFinite(value)) return `${name} is ${range}`;
      if (param.kind === 'int' && !Number.isInteger(value)) return `${name} is ${range}`;
      return value < param.min || value > param.max ? `${name} is ${range}` : undefined;
    }
  }
}
