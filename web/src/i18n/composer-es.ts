import type { ComposerTexts } from './composer-en';
import { pluralFor } from './plural';

const n = pluralFor('es');

const es: ComposerTexts = {
  variables: 'Variables',
  noVariable: 'No se encontró ninguna variable',
  noValue: 'sin valor',
  unresolvedTitle: (count) =>
    n(count, 'Una variable no tiene valor aquí', '# variables no tienen valor aquí'),
  unresolvedHelp: (count) =>
    n(
      count,
      'Llegaría al contacto tal como está escrita.',
      'Llegarían al contacto tal como están escritas.',
    ),
  emptyToken: 'sin valor',
  unknownToken: 'no existe',
  sendAnyway: 'Enviar de todos modos',
  mend: 'Cambiar el texto',
  tag: 'Sobre',
  chooseTag: 'Elija una etiqueta',
  tagHelp: 'La etiqueta dice de qué trata el mensaje. No se permite publicidad.',
  withoutTag: 'No escribir un mensaje con etiqueta',
  snippets: 'Atajos',
  noSnippet: 'No se encontró ningún atajo',
  noSnippets: 'Todavía no hay atajos. Créelos en Configuraciones.',
  personal: 'Personal',
  team: 'Equipo',
  workspace: 'Todos',
  files: (count) => n(count, '# archivo', '# archivos'),
  sendLater: 'Enviar más tarde',
  presets: {
    hour: 'En una hora',
    afternoon: 'Esta tarde',
    tomorrow: 'Mañana por la mañana',
    monday: 'El próximo lunes',
  },
  ownTime: 'Otro día y hora',
  pastTime: 'Elija una hora que aún no haya pasado.',
  farTime: 'Elija una hora dentro de un año.',
  schedule: 'Programar',
  windowThen: (when) =>
    `La ventana de mensajería se cierra ${when}. Si el contacto no escribe antes, el envío fallará.`,
  scheduled: (when) => `Se envía ${when}`,
  scheduledComment: (when) => `Comentario, ${when}`,
  scheduledBy: (name) => `por ${name}`,
  notSent: 'No se envió',
  edit: 'Editar',
  sendNow: 'Enviar ahora',
  cancel: 'Cancelar mensaje',
  delete: 'Eliminar',
  cancelled: 'El mensaje no se enviará',
  cancelTitle: '¿Cancelar este mensaje?',
  cancelHelp: 'Se elimina y no se enviará.',
  keep: 'Conservarlo',
  undo: 'Deshacer',
  undoIn: (seconds) => `Se envía en ${seconds} s`,
  sending: 'Enviando…',
  tooLate: 'Acaba de enviarse.',
  editScheduled: 'Editar mensaje programado',
  text: 'Texto',
  when: 'Cuándo',
  channel: 'Canal',
  removeFile: (name) => `Quitar ${name}`,
  goToDate: 'Ir a una fecha',
  date: 'Fecha',
  go: 'Ir',
  nothingThen: 'No hay nada desde ese día. Esto es lo más reciente.',
};

export default es;
