import type { EmptyTexts } from './empty-en';

const es: EmptyTexts = {
  emptyOpen: 'Sin conversaciones abiertas. ¡Bien hecho!',
  emptyOpenHelp: 'Los mensajes nuevos aparecen aquí por sí solos.',
  emptyMine: 'No tiene nada asignado en este momento.',
  emptyUnassigned: 'Toda conversación abierta tiene a alguien a cargo.',
  emptyTeam: 'Nadie de este equipo tiene conversaciones abiertas.',
  emptyBlocked: 'Aquí no hay nadie bloqueado.',
  emptyClosed: 'Todavía no hay conversaciones cerradas.',
  emptySnoozed: 'No hay nada pospuesto.',
  emptyCustom: 'Ningún contacto coincide',
  emptyCustomHelp: 'Cambie los filtros o el estado de arriba.',
  seeUnassigned: 'Ver sin asignar',
  seeAll: 'Ver todos',
  emptySearch: (q) => `Nadie coincide con «${q}»`,
  emptySearchHelp: 'La búsqueda mira el comienzo de nombres, correos y teléfonos.',
};

export default es;
