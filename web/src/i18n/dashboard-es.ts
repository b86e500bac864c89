import type { DashboardTexts } from './dashboard-en';
import { pluralFor } from './plural';

const n = pluralFor('es');

const es: DashboardTexts = {
  help: 'Así están las cosas en este momento.',
  counts: 'Conversaciones abiertas',
  open: (count) => n(count, '# abierta', '# abiertas'),
  unread: (count) => n(count, '# sin leer', '# sin leer'),
  noneUnread: 'Todo leído',
  waiting: 'Esperan respuesta',
  waitingHelp: 'Primero quienes llevan más tiempo esperando.',
  waitingOf: 'De quién son las conversaciones',
  nobodyWaits: 'Nadie espera respuesta',
  nobodyWaitsHelp: 'Todas las conversaciones abiertas de aquí tienen respuesta.',
  seeInInbox: 'Ver en la bandeja de entrada',
  team: 'Equipo',
  teamHelp: 'Conversaciones abiertas de cada persona.',
  onlyYou: 'Sus conversaciones abiertas.',
  showAll: (count) => n(count, 'Mostrar # persona más', 'Mostrar # personas más'),
  noneAssigned: 'Ninguna',
  duplicates: 'Posibles duplicados',
  duplicatesHelp:
    'Contactos con el mismo teléfono o el mismo correo, que pueden ser la misma persona.',
  noDuplicates: 'No hay duplicados',
  noDuplicatesHelp: 'Ningún teléfono ni correo se repite entre los contactos.',
  noneOnPage: 'Ninguno entre los revisados hasta ahora.',
  samePhone: 'Mismo teléfono',
  sameEmail: 'Mismo correo',
  sameBoth: 'Mismo teléfono y correo',
  andMore: (count) => n(count, 'y # más', 'y # más'),
  showMore: 'Mostrar más',
  channelTrouble: (count) => n(count, 'Un canal no funciona', '# canales no funcionan'),
  channelTroubleHelp: 'Es posible que no lleguen o no salgan mensajes.',
  channelTroubleTell: 'Avise a un administrador o a un propietario.',
  lookAt: (name) => `Revisar ${name}`,
};

export default es;
