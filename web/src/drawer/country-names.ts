import { t } from '../i18n';

const countries =
  'AD AE AF AG AI AL AM AO AR AS AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FO FR GA GB GD GE GF GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NZ OM PA PE PF PG PH PK PL PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WS XK YE ZA ZM ZW';
const languages =
  'af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr ht hu hy id is it ja ka kk km kn ko ky lo lt lv mk ml mn mr ms my ne nl no pa pl ps pt qu ro ru si sk sl so sq sr sv sw ta te th tl tr uk ur uz vi xh yo zh zu';

export interface Choice {
  value: string;
  label: string;
}

const made = new Map<string, Choice[]>();

// Naming and sorting them takes longer than all the rest of a contact's details.
function choices(codes: string, type: 'region' | 'language', include: string): Choice[] {
  const key = [t.locale, type, codes.includes(include) ? '' : include].join();
  let all = made.get(key);
  if (!all) {
    const names = new Intl.DisplayNames(t.locale, { type });
    all = [...new Set([...codes.split(' '), include])]
      .filter(Boolean)
      .map((value) => ({ value, label: upperFirst(nameOf(names, value)) }))
      .sort((a, b) => a.label.localeCompare(b.label, t.locale));
    made.set(key, all);
  }
  return all;
}

function nameOf(names: Intl.DisplayNames, code: string) {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

const upperFirst = (s: string) => s.charAt(0).toLocaleUpperCase(t.locale) + s.slice(1);

/** Names in the viewer's language; what the contact has is always among them. */
export const countryChoices = (include: string) => choices(countries, 'region', include);
export const languageChoices = (include: string) => choices(languages, 'language', include);
