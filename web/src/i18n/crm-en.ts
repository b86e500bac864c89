import { pluralFor } from './plural';

const n = pluralFor('en');

/** Words of the settings of contact fields, tags and closing notes. */
const en = {
  fields: {
    help: 'What you keep of a contact besides name, phone, e-mail, country and language. Filters and messages can use it.',
    add: 'New field',
    edit: 'Edit field',
    create: 'Create field',
    name: 'Name',
    namePlaceholder: 'Birthday',
    slug: 'Name in variables',
    slugHelp:
      'Small letters, digits and _. Made of the name if left empty; it can’t be changed later.',
    description: 'Description',
    type: 'Type',
    typeHelp: 'It can’t be changed later.',
    types: {
      text: 'Text',
      list: 'List',
      checkbox: 'Yes or no',
      email: 'E-mail',
      number: 'Number',
      url: 'Link',
      date: 'Date',
      time: 'Time of day',
    },
    options: 'Options',
    optionsHelp: 'One in each line. Contacts keep a value whose option is taken away.',
    optionCount: (count: number) => n(count, '# option', '# options'),
    empty: 'No fields of your own yet',
    emptyHelp:
      'Add what your team needs to know of everybody: a plan, a birthday, a customer number.',
    delete: 'Delete field',
    deleteTitle: (name: string) => `Delete ${name}?`,
    deleteHelp:
      'Its value goes from every contact. Filters that ask for it no longer find anybody, and messages leave its place empty. This can’t be undone.',
    deleted: (name: string) => `${name} was deleted`,
  },
  tags: {
    help: 'Short marks that contacts carry. Anybody who edits contacts can also make one by typing it.',
    add: 'New tag',
    edit: 'Edit tag',
    create: 'Create tag',
    name: 'Name',
    namePlaceholder: 'VIP',
    emoji: 'Emoji',
    description: 'Description',
    color: 'Colour',
    colors: {
      grey: 'Grey',
      red: 'Red',
      orange: 'Orange',
      yellow: 'Yellow',
      green: 'Green',
      blue: 'Blue',
      indigo: 'Indigo',
      purple: 'Purple',
    },
    find: 'Find a tag',
    nothing: (q: string) => `No tag has “${q}” in it.`,
    empty: 'No tags yet',
    emptyHelp: 'Tags say at a glance what a contact is about, and inboxes can gather them.',
    delete: 'Delete tag',
    deleteTitle: (name: string) => `Delete ${name}?`,
    deleteHelp:
      'It goes from every contact that carries it, and filters that ask for it find nobody. This can’t be undone.',
    deleted: (name: string) => `${name} was deleted`,
  },
  closing: {
    help: 'What your team says of a conversation when closing it: what it was about and how it ended. Reports count by it.',
    mode: 'When a conversation is closed',
    modes: {
      optional: 'A note may be given',
      category: 'A category must be chosen',
      both: 'A category and a summary must be given',
      off: 'No note is asked for',
    },
    modeHelp: {
      optional: 'Closing takes one click; the note is behind the arrow beside it.',
      category: 'The summary is up to the agent.',
      both: 'For teams that hand over a lot.',
      off: 'Closing takes one click.',
    },
    categories: 'Categories',
    categoriesHelp:
      'What can be chosen. Conversations keep the name of a category that is deleted later.',
    name: 'Name',
    namePlaceholder: 'Sale',
    description: 'Description',
    descriptionPlaceholder: 'When to choose it',
    add: 'Add category',
    remove: (name: string) => (name ? `Remove ${name}` : 'Remove the category'),
    needed: 'Add a category: one must be chosen to close.',
    empty: 'No categories yet.',
  },
};
export type CrmTexts = typeof en;
export default en;
