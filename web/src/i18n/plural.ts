/** Chooses the form of a number by the language's own rules. Spanish "many" (millions) reads like "other". */
export function pluralFor(language: string) {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (n: number, one: string, other: string) =>
    (rules.select(n) === 'one' ? one : other).replace('#', numbers.format(n));
}
