/** Ways in which dates are written beside ISO: by days first or by months first, which only the data can tell apart. */
const dates: { day: string; shape: RegExp; fits(first: number, second: number): boolean }[] = [
  { day: '%d/%m/%Y', shape: /^(\d{1,2})\/(\d{1,2})\/\d{4}$/, fits: (day, month) => day <= 31 && month <= 12 },
  { day: '%m/%d/%Y', shape: /^(\d{1,2})\/(\d{1,2})\/\d{4}$/, fits: (month, day) => day <= 31 && month <= 12 },
  { day: '%d.%m.%Y', shape: /^(\d{1,2})\.(\d{1,2})\.\d{4}$/, fits: (day, month) => day <= 31 && month <= 12 },
  { day: '%d-%m-%Y', shape: /^(\d{1,2})-(\d{1,2})-\d{4}$/, fits: (day, month) => day <= 31 && month <= 12 },
  { day: '%m-%d-%Y', shape: /^(\d{1,2})-(\d{1,2})-\d{4}$/, fits: (month, day) => day <= 31 && month <= 12 },
  { day: '%Y/%m/%d', shape: /^\d{4}\/(\d{1,2})\/(\d{1,2})$/, fits: (month, day) => day <= 31 && month <= 12 },
  { day: '%m %d, %Y', shape: /^(\d{1,2}) (\d{1,2}), \d{4}$/, fits: (month, day) => day <= 31 && month <= 12 },
];
const clocks = ['', ' %H:%M', ' %H:%M:%S', ' %H:%M:%S.%g', ' %I:%M %p', ' %I:%M:%S %p'];
const mail = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (GMT|UTC|[+-]\d{4})$/;

const leastSure = 0.8;

/** Day and clock of a text that is a date, a blank and perhaps a clock. */
function parts(text: string): [day: string, clock: string] {
  const long = /^(\d{1,2} \d{1,2}, \d{4})(?:[ T](.*))?$/.exec(text);
  if (long) return [long[1] as string, long[2] ?? ''];
  const at = text.search(/[ T]/);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1).trim()];
}

/**
 * How the dates of a column are written, as `strptime` formats, where they are not ISO; null where they are no dates, or where days and months cannot be told apart:
 * then nothing is guessed.
 */
export function timeFormats(values: readonly (string | null)[]): string[] | null {
  const texts = values.filter((value): value is string => value !== null && value.trim() !== '').map((value) => value.trim());
  if (texts.length === 0) return null;
  const enough = (fits: (text: string) => boolean): boolean => texts.filter(fits).length >= leastSure * texts.length;
  if (enough((text) => mail.test(text))) return ['%a, %d %b %Y %H:%M:%S GMT', '%a, %d %b %Y %H:%M:%S UTC', '%a, %d %b %Y %H:%M:%S %z'];
  const fitting = dates.filter(({ shape, fits }) => {
    const shaped = texts.filter((text) => shape.test(parts(text)[0]));
    if (shaped.length < leastSure * texts.length) return false;
    return shaped.every((text) => {
      const [, first, second] = shape.exec(parts(text)[0]) as RegExpExecArray;
      return fits(Number(first), Number(second)) && /^(\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?)?$/.test(parts(text)[1]);
    });
  });
  return fitting.length === 1 ? clocks.map((clock) => `${fitting[0]?.day}${clock}`) : null;
}
