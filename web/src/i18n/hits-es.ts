import type { HitsTexts } from './hits-en';

const es: HitsTexts = {
  onlyHere: 'Solo esta conversación',
  found: (count) => (count === 1 ? '1 resultado' : `${count} resultados`),
  indexing: 'Los mensajes más nuevos aún se están indexando: puede faltar alguno.',
  lookingBack: 'Buscando más atrás…',
  none: (q) => `Nada con «${q}»`,
  noneHelp: 'Todas las palabras deben estar en un mismo mensaje. La última puede estar incompleta.',
  everywhere: 'Buscar en todas las conversaciones',
  failed: 'No se pudo buscar en los mensajes',
};
export default es;
