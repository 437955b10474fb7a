const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes for people, as PostgreSQL counts them (1 kB = 1024 B): "0 B", "1.5 MB". */
export function formatBytes(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const amount = bytes / 1024 ** power;
  return `${power > 0 && amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${units[power]}`;
}

/** Seconds for people: "0 s", "0.25 s", "12 s", "5 min", "3 h", "2 d". */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 100) / 100} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Seconds as minutes and seconds: "0:45", "75:00". */
export function formatClock(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** A time to come or a time that something took, in two units: "45 s", "3 h 20 min", "12 d 4 h". Seconds in, more than 100 years are "centuries". */
export function formatSpan(seconds: number): string {
  const steps = [
    ['d', 86_400, 'h', 3600],
    ['h', 3600, 'min', 60],
    ['min', 60, 's', 1],
  ] as const;
  if (seconds > 3_153_600_000) return 'centuries';
  const step = steps.find(([, size]) => seconds >= size);
  if (step === undefined) return `${Math.round(seconds)} s`;
  const [unit, size, smallerUnit, smaller] = step;
  const count = Math.floor(seconds / size);
  const rest = Math.floor((seconds % size) / smaller);
  return rest === 0 || count >= 100 ? `${count} ${unit}` : `${count} ${unit} ${rest} ${smallerUnit}`;
}

/** "1 change", "7 changes"; "1 file waits", "2 files wait". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** "2026-11-21T10:00:00Z": whole seconds, UTC. */
export const formatTime = (seconds: number): string =>
  `${new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19)}Z`;

/** ISO 8601, UTC, of seconds since 1970; null where there is no time. */
export function isoTime(seconds: number): string;
export function isoTime(seconds: number | null | undefined): string | null;
export function isoTime(seconds: number | null | undefined): string | null {
  return typeof seconds === 'number' ? new Date(seconds * 1000).toISOString() : null;
}
