import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, type Random } from '../../src/random.js';
import { ATTACKS, ATTACKS_ON_PRINTING } from './attacks.js';
import type { Campaign, Fault } from './campaign.js';
import { type Ended, runCommand } from './commandRun.js';
import { bytesIn, type NamedJob } from './job.js';
import { jobsIn } from './jobs.js';
import { LAB_ATTACKS } from './labAttacks.js';
import type { Known, Verdict } from './verdict.js';

/** One attack on one command. */
interface Case {
  readonly target: string;
  readonly attack: string;
  run(out: string, random: Random): Promise<Verdict>;
}

/**
 * Commands, disturbed: killed, signalled, two at once, on a full disk or one that cannot be written, under a quota, with names
 * that are too long, by a clock that is set, with a stdout that is full or closed. What stands under a final name is whole, a
 * failure is one line, the command goes on afterwards, nothing is lost, and nothing is left.
 */
export const commandCampaign: Campaign = {
  name: 'commands',
  disturbances: [...new Set([ATTACKS, LAB_ATTACKS].flatMap((each) => Object.keys(each)))],
  open: async (folder, disturbances) => {
    const ends: (() => void)[] = [];
    const inputs = join(folder, 'inputs');
    mkdirSync(inputs);
    const jobs = jobsIn(inputs, { after: (end) => ends.push(end) });
    const undisturbed = knownIn(join(folder, 'whole'));
    const cases = [...jobs.map((job) => casesOf(job, undisturbed)), casesOfLab()]
      .map((all) => all.filter(({ attack }) => disturbances?.includes(attack) ?? true))
      .filter((all) => all.length > 0);
    const kills = new Map<string, number>();
    return {
      turn: async (seed) => {
        const random = createRandom(seed);
        const ofTarget = cases[random.integer(cases.length)]!;
        const { target, attack, run } = ofTarget[random.integer(ofTarget.length)]!;
        const out = join(folder, 'out');
        rmSync(out, { recursive: true, force: true });
        mkdirSync(out);
        const verdict = await run(out, random);
        if ('kills' in verdict) kills.set(target, (kills.get(target) ?? 0) + verdict.kills!);
        const isFault = 'fault' in verdict;
        return {
          cases: 1,
          faults: isFault ? [faultOf(`${attack} of ${target}`, verdict, seed)] : [],
          outcomes: {
            [`${target === LAB ? 'lab, ' : ''}${attack}: ${isFault ? 'fault' : verdict.outcome}`]: 1,
          },
        };
      },
      close: async () => {
        for (const end of ends) end();
        const all = [...kills.values()].reduce((sum, count) => sum + count, 0);
        const byTarget = [...kills].sort().map(([target, count]) => `${target} ${count}`);
        return { lines: [`kills ${all}: ${byTarget.join(', ')}`], faults: [] };
      },
    };
  },
};

/** Its cases are counted apart: it does other things than the commands that write. */
const LAB = 'lab';

/** Runs a job once as it should be, when it is first drawn. */
function knownIn(folder: string): (job: NamedJob) => Promise<Known> {
  const known = new Map<string, Known>();
  return async ({ name, printsOnly, make }) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const job = await make();
    const out = join(folder, name);
    mkdirSync(out, { recursive: true });
    const ended = await runCommand(job.words(out));
    if (ended.code !== 0) throw new Error(`${name}, undisturbed: exit ${ended.code}: ${ended.stderr}`);
    const found = { name, job, expected: job.results(out), ms: ended.ms, bytes: bytesIn(out) };
    if (!printsOnly && Object.keys(found.expected).length === 0) throw new Error(`${name}: no results`);
    known.set(name, found);
    return found;
  };
}

function casesOf(named: NamedJob, undisturbed: (job: NamedJob) => Promise<Known>): Case[] {
  const attacks = named.printsOnly ? ATTACKS_ON_PRINTING : ATTACKS;
  return Object.entries(attacks).map(([attack, make]) => ({
    target: named.name,
    attack,
    run: async (out, random) => make(await undisturbed(named), out, random),
  }));
}

function casesOfLab(): Case[] {
  return Object.entries(LAB_ATTACKS).map(([attack, make]) => ({
    target: LAB,
    attack,
    run: (_, random) => make(random),
  }));
}

function faultOf(name: string, { fault, ended }: { fault: string; ended: Ended }, seed: number): Fault {
  const { code, left, stdout, stderr } = ended;
  return {
    what: `${name}: ${fault}`,
    evidence: {
      'case.txt': `seed of the turn ${seed}\nexit ${code}, left ${left.join(' ')}\n\n${stdout}\n\n${stderr}`,
    },
  };
}
