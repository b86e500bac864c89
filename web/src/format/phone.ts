// Calling codes by length matter only for the gap after them; the rest of a
// number is grouped in threes and fours, which reads well in every country.
const oneDigit = ['1', '7'];
const threeDigit = /^(2[1-689]|3[578]|42|5[09]|6[789]|8[058]|9[679])/;

/** +593 98 765 4321. Anything that isn't a full international number is left as it is. */
export function formatPhone(phone: string): string {
  const match = /^\+(\d{7,15})$/.exec(phone.replace(/[\s().-]/g, ''));
  if (!match) return phone;
  const digits = match[1]!;
  const codeLength = oneDigit.includes(digits[0]!) ? 1 : threeDigit.test(digits) ? 3 : 2;
  const code = digits.slice(0, codeLength);
  let rest = digits.slice(codeLength);
  const groups: string[] = [];
  if (rest.length > 4) {
    groups.unshift(rest.slice(-4));
    rest = rest.slice(0, -4);
  }
  while (rest.length > 3) {
    groups.unshift(rest.slice(-3));
    rest = rest.slice(0, -3);
  }
  if (rest) groups.unshift(rest);
  return `+${code} ${groups.join(' ')}`;
}
