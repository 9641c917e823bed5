const pad = (value: number) => String(value).padStart(2, '0');

/** `320 ms`, `4.2 s`, `41 s`, `1 m 24 s`, `2 h 05 m`. */
export function formatDuration(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} m`;
}

/** Time left as a clock: `0:41`, `12:03`, `1:02:03`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${pad(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`;
}

/** How long ago: `just now`, `5 min ago`, `3 h ago`, `12 days ago`; beyond two months the day itself. */
export function formatAge(iso: string, nowMs: number): string {
  const seconds = (nowMs - Date.parse(iso)) / 1000;
  if (Number.isNaN(seconds)) return '';
  if (seconds < 45) return 'just now';
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  const days = Math.round(seconds / 86_400);
  if (days > 60) return formatDay(iso);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

/** Date and minute in a time zone (the user's where none is given): `2024-05-03 14:07`. */
export function formatMoment(iso: string, timeZone?: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const parts = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone ? { timeZone } : {}),
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`;
}

/** The day alone. */
export function formatDay(iso: string, timeZone?: string): string {
  return formatMoment(iso, timeZone).slice(0, 10);
}

/** A moment for a narrow place: the time alone where it is of the same day as `nowMs`, else month and day before it. */
export function formatShortMoment(iso: string, nowMs: number, timeZone?: string): string {
  const moment = formatMoment(iso, timeZone);
  const today = formatDay(new Date(nowMs).toISOString(), timeZone);
  return moment.startsWith(today) ? moment.slice(11, 16) : moment.slice(5, 16);
}
