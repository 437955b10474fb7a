// Times, and how they are shown: smallest, median, largest, and whether the goal is met.

/** Milliseconds that `work` takes. */
export async function time(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Runs every named work in turn, `rounds` times over, so that a slow minute of the machine hits all of them. */
export async function interleave(rounds, works) {
  const times = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, work] of Object.entries(works)) times[name].push(await work());
  return times;
}

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

export const heading = (text) => process.stdout.write(`\n${text}\n`);

/** One line of figures, in milliseconds. */
export function figure(name, values, goal = '') {
  const [least, middle, most] = [Math.min(...values), median(values), Math.max(...values)].map(short);
  process.stdout.write(`  ${name.padEnd(42)} min ${least}  median ${middle}  max ${most} ms  ${goal}\n`);
}

/** The same, compared with another: the ratio of the medians against the goal. */
export function compared(name, values, base, limit) {
  const ratio = median(values) / median(base);
  figure(name, values, `${ratio.toFixed(2)} x  ${verdict(ratio <= limit, `<= ${limit} x`)}`);
}

export const verdict = (isMet, goal) => `goal ${goal}: ${isMet ? 'met' : 'MISSED'}`;

const short = (value) => (value < 100 ? value.toFixed(1) : value.toFixed(0)).padStart(6);
