import type { CrmTexts } from './crm-en';
import { pluralFor } from './plural';

const n = pluralFor('es');

const es: CrmTexts = {
  fields: {
    help: 'Lo que se guarda de un contacto además de nombre, teléfono, correo, país e idioma. Los filtros y los mensajes pueden usarlo.',
    add: 'Nuevo campo',
    edit: 'Editar campo',
    create: 'Crear campo',
    name: 'Nombre',
    namePlaceholder: 'Cumpleaños',
    slug: 'Nombre en las variables',
    slugHelp:
      'Minúsculas, cifras y _. Si se deja vacío, sale del nombre; después no se puede cambiar.',
    description: 'Descripción',
    type: 'Tipo',
    typeHelp: 'Después no se puede cambiar.',
    types: {
      text: 'Texto',
      list: 'Lista',
      checkbox: 'Sí o no',
      email: 'Correo',
      number: 'Número',
      url: 'Enlace',
      date: 'Fecha',
      time: 'Hora del día',
    },
    options: 'Opciones',
    optionsHelp: 'Una en cada línea. Los contactos conservan el valor cuya opción se quite.',
    optionCount: (count) => n(count, '# opción', '# opciones'),
    empty: 'Aún no hay campos propios',
    emptyHelp:
      'Agregue lo que su equipo necesita saber de cada uno: un plan, un cumpleaños, un número de cliente.',
    delete: 'Eliminar campo',
    deleteTitle: (name) => `¿Eliminar ${name}?`,
    deleteHelp:
      'Su valor desaparece de todos los contactos. Los filtros que lo piden ya no encuentran a nadie y los mensajes dejan su lugar vacío. No se puede deshacer.',
    deleted: (name) => `Se eliminó ${name}`,
  },
  tags: {
    help: 'Marcas breves que llevan los contactos. Quien edita contactos también puede crear una con solo escribirla.',
    add: 'Nueva etiqueta',
    edit: 'Editar etiqueta',
    create: 'Crear etiqueta',
    name: 'Nombre',
    namePlaceholder: 'VIP',
    emoji: 'Emoji',
    description: 'Descripción',
    color: 'Color',
    colors: {
      grey: 'Gris',
      red: 'Rojo',
      orange: 'Naranja',
      yellow: 'Amarillo',
      green: 'Verde',
      blue: 'Azul',
      indigo: 'Índigo',
      purple: 'Morado',
    },
    find: 'Buscar una etiqueta',
    nothing: (q) => `Ninguna etiqueta contiene «${q}».`,
    empty: 'Aún no hay etiquetas',
    emptyHelp:
      'Las etiquetas dicen de un vistazo de qué va un contacto, y las bandejas pueden reunirlos.',
    delete: 'Eliminar etiqueta',
    deleteTitle: (name) => `¿Eliminar ${name}?`,
    deleteHelp:
      'Desaparece de todos los contactos que la llevan y los filtros que la piden no encuentran a nadie. No se puede deshacer.',
    deleted: (name) => `Se eliminó ${name}`,
  },
  closing: {
    help: 'Lo que el equipo dice de una conversación al cerrarla: de qué trató y cómo terminó. Los informes cuentan por ello.',
    mode: 'Al cerrar una conversación',
    modes: {
      optional: 'Se puede dejar una nota',
      category: 'Hay que elegir una categoría',
      both: 'Hay que elegir una categoría y escribir un resumen',
      off: 'No se pide ninguna nota',
    },
    modeHelp: {
      optional: 'Se cierra con un clic; la nota está en la flecha de al lado.',
      category: 'El resumen queda a criterio del agente.',
      both: 'Para equipos que se pasan muchas conversaciones.',
      off: 'Se cierra con un clic.',
    },
    categories: 'Categorías',
    categoriesHelp:
      'Lo que se puede elegir. Las conversaciones conservan el nombre de una categoría que se elimine después.',
    name: 'Nombre',
    namePlaceholder: 'Venta',
    description: 'Descripción',
    descriptionPlaceholder: 'Cuándo elegirla',
    add: 'Agregar categoría',
    remove: (name) => (name ? `Quitar ${name}` : 'Quitar la categoría'),
    needed: 'Agregue una categoría: para cerrar hay que elegir una.',
    empty: 'Aún no hay categorías.',
  },
};
export default es;
