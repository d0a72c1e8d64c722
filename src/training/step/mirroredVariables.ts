import { type Parameter, sizeOf } from '../../model/architecture.js';
import { initialValue } from '../../model/initialise.js';
import type { Engine } from '../../tensorflow/engine.js';
import {
  assignVariable,
  createVariable,
  freeVariable,
  readVariable,
  type Variable,
} from '../../tensorflow/variables.js';
import type { NamedArray } from './learner.js';
import { EMA, type ProgramOptions, stageOfParameters, variablesOf } from './programOptions.js';

/** The variables of all replicas: equal on each, because each applies the same updates. */
export class MirroredVariables {
  readonly #engine: Engine;
  /** By replica, then by name. */
  readonly #variables: readonly Map<string, Variable>[];

  constructor(engine: Engine, options: ProgramOptions, seed: number, isDrawn = true) {
    const { devices } = options.placement;
    const stageOf = stageOfParameters(options);
    this.#engine = engine;
    this.#variables = devices.map(() => new Map<string, Variable>());
    // A parameter's variables follow each other: its values, of which the full network has 33 million, are drawn once.
    let drawn: { readonly of: Parameter; readonly values: Float32Array } | undefined;
    for (const { name, parameter } of variablesOf(options)) {
      const isFirst = isDrawn && isFirstWeight(name, parameter);
      if (isFirst && drawn?.of !== parameter)
        drawn = { of: parameter, values: initialValue(parameter, seed) };
      const first = isFirst ? drawn!.values : new Float32Array(sizeOf(parameter));
      for (const [replica, stages] of devices.entries()) {
        const device = stages[stageOf(parameter)]!;
        this.#variables[replica]!.set(name, createVariable(engine, name, parameter.shape, first, device));
      }
    }
  }

  /** Numbers of the binding, in the order in which programs take them. */
  get ids(): number[] {
    return this.#variables.flatMap((replica) => [...replica.values()].map(({ id }) => id));
  }

  shapeOf(name: string): readonly number[] {
    return this.#variables[0]!.get(name)!.shape;
  }

  read(name: string): NamedArray {
    const variable = this.#variables[0]!.get(name)!;
    return { shape: variable.shape, data: readVariable(this.#engine, variable) };
  }

  assign(name: string, data: Float32Array): void {
    for (const replica of this.#variables) assignVariable(this.#engine, replica.get(name)!, data);
  }

  dispose(): void {
    for (const replica of this.#variables)
      for (const variable of replica.values()) freeVariable(this.#engine, variable);
  }
}

/** Weights and their moving averages begin alike; what an optimiser keeps begins at 0. */
function isFirstWeight(name: string, parameter: Parameter): boolean {
  return name === parameter.name || name === `${EMA}/${parameter.name}`;
}
