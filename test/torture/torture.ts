import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/random.js';
import type { Campaign, Fault, OpenCampaign } from './campaign.js';
import { commandCampaign } from './commandCampaign.js';
import { readerCampaign } from './readerCampaign.js';
import { soakCampaign } from './soakCampaign.js';

/**
 * `npm run torture -- --minutes N`: attacks of every kind, in turns, until the time is over. What must not be is kept below --out,
 * with what it takes to see it again; the exit code is 1 then. The same --seed makes the same cases.
 */

const CAMPAIGNS: readonly Campaign[] = [readerCampaign, commandCampaign, soakCampaign];
/** The soak needs hours to say something: it is asked for. */
const DEFAULT = 'readers,commands';

const SAY_EVERY_MS = 60_000;

interface Tally {
  turns: number;
  cases: number;
  readonly faults: Fault[];
  readonly outcomes: Map<string, number>;
  readonly lines: string[];
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Of each campaign, at most: the same cases on a fast machine and on a slow one. */
    turns: { type: 'string', default: 'Infinity' },
    only: { type: 'string', default: DEFAULT },
    /** Of the commands: these alone, such as kill,quota. */
    disturb: { type: 'string' },
    out: { type: 'string', default: 'runs/torture' },
  },
});
const chosen = values.only.split(',').map((name) => {
  const found = CAMPAIGNS.find((campaign) => campaign.name === name);
  if (found === undefined)
    throw new Error(`expected --only of ${CAMPAIGNS.map((each) => each.name).join(', ')}, received ${name}`);
  return found;
});
const disturbances = values.disturb?.split(',');
const known = chosen.flatMap((campaign) => campaign.disturbances ?? []);
const unknown = disturbances?.find((name) => !known.includes(name));
if (unknown !== undefined) throw new Error(`expected --disturb of ${known.join(', ')}, received ${unknown}`);
let end = Date.now() + 60_000 * Number(values.minutes);
// Ctrl-C: the turn ends, and what was found is told.
process.once('SIGINT', () => {
  end = 0;
});
const random = createRandom(values.seed);
const folder = mkdtempSync(join(tmpdir(), 'voxlab-torture-'));
const say = (text: string): void => void process.stderr.write(`${text}\n`);
say(`torture: seed ${values.seed}, ${values.minutes} min: ${chosen.map(({ name }) => name).join(', ')}`);

const open = new Map<Campaign, OpenCampaign>();
const tallies = new Map<Campaign, Tally>();
try {
  for (const campaign of chosen) {
    mkdirSync(join(folder, campaign.name));
    open.set(campaign, await campaign.open(join(folder, campaign.name), disturbances));
    tallies.set(campaign, { turns: 0, cases: 0, faults: [], outcomes: new Map(), lines: [] });
  }
  for (let said = Date.now(), turn = 0; Date.now() < end && turn < Number(values.turns); turn++) {
    for (const campaign of chosen) await turnOf(campaign);
    if (Date.now() - said < SAY_EVERY_MS) continue;
    said = Date.now();
    for (const [{ name }, { cases, faults }] of tallies)
      say(`${name}: ${cases} cases, ${faults.length} faults`);
  }
} finally {
  for (const [campaign, each] of open) {
    const closing = await each.close();
    keep(campaign, closing.faults);
    tallies.get(campaign)!.lines.push(...closing.lines);
  }
  rmSync(folder, { recursive: true, force: true });
}
report();

async function turnOf(campaign: Campaign): Promise<void> {
  const seed = random.integer(2 ** 31 - 1);
  const { cases, faults, outcomes } = await open.get(campaign)!.turn(seed);
  const tally = tallies.get(campaign)!;
  tally.turns++;
  tally.cases += cases;
  for (const [kind, count] of Object.entries(outcomes))
    tally.outcomes.set(kind, (tally.outcomes.get(kind) ?? 0) + count);
  keep(campaign, faults);
}

function keep(campaign: Campaign, faults: readonly Fault[]): void {
  const tally = tallies.get(campaign)!;
  for (const fault of faults) {
    // One of each kind is enough to mend it.
    const isNew = tally.faults.every(({ what }) => kindOf(what) !== kindOf(fault.what));
    tally.faults.push(fault);
    if (!isNew) continue;
    const kept = join(resolve(values.out), `${values.seed}-${campaign.name}-${tally.faults.length}`);
    mkdirSync(kept, { recursive: true });
    for (const [name, content] of Object.entries(fault.evidence)) writeFileSync(join(kept, name), content);
    say(`FAULT ${campaign.name}: ${fault.what}\n      ${kept}`);
  }
}

/** Numbers and paths are what differs from case to case. */
function kindOf(what: string): string {
  return what.replace(/\/\S+/g, '').replace(/\d+/g, '0').slice(0, 90);
}

function report(): void {
  let faults = 0;
  for (const [{ name }, tally] of tallies) {
    faults += tally.faults.length;
    const parts = [...tally.outcomes].sort().map(([kind, count]) => `${kind} ${count}`);
    const lines = [parts.join(', '), ...tally.lines].map((line) => `  ${line}\n`);
    process.stdout.write(
      `${name}: ${tally.cases} cases in ${tally.turns} turns, ${tally.faults.length} faults\n${lines.join('')}`,
    );
  }
  process.exitCode = faults === 0 ? 0 : 1;
}
