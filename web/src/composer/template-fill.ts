import type { Template, TemplateComponent, TemplateSend, TemplateVariable } from '../api/types';

export const variableKey = (v: TemplateVariable) => `${v.part}/${v.index ?? 0}/${v.name}`;

/** The text with its variables filled; an empty one keeps its braces. */
export function fillText(
  text: string,
  part: TemplateVariable['part'],
  values: Record<string, string>,
  index = 0,
): string {
  return text.replace(
    /\{\{\s*([\w.]+)\s*\}\}/g,
    (braces, name: string) => values[variableKey({ part, index, name })]?.trim() || braces,
  );
}

export type HeaderFile = {
  file_id: string;
  kind: 'image' | 'video' | 'file';
  name: string;
  mime: string;
};

/** The template as it is sent: one component for each part that has variables. */
export function templateSend(
  template: Template,
  values: Record<string, string>,
  header: HeaderFile | null,
): TemplateSend {
  const named = template.format === 'NAMED';
  const components: TemplateComponent[] = [];
  if (header)
    components.push({
      type: 'header',
      parameters: [{ type: template.header!.format.toLowerCase(), attachment: header }],
    });
  for (const v of template.variables ?? []) {
    const index = v.index ?? 0;
    const isButton = v.part === 'button';
    let component = components.find((c) => c.type === v.part && (!isButton || c.index === index));
    if (!component) {
      const kind = template.buttons?.[index]?.type ?? 'URL';
      component = {
        type: v.part,
        ...(isButton && { sub_type: kind === 'OTP' ? 'url' : kind.toLowerCase(), index }),
        parameters: [],
      };
      components.push(component);
    }
    component.parameters!.push({
      type: component.sub_type === 'copy_code' ? 'coupon_code' : 'text',
      ...(named && !isButton && { name: v.name }),
      value: values[variableKey(v)]?.trim() ?? '',
    });
  }
  return {
    name: template.name,
    language: template.language,
    ...(components.length && { components }),
  };
}

/** Everything a person must give before the template can go. */
export function missing(
  template: Template,
  values: Record<string, string>,
  header: HeaderFile | null,
): boolean {
  const needsFile = ['IMAGE', 'VIDEO', 'DOCUMENT'].includes(template.header?.format ?? '');
  return (
    (needsFile && !header) ||
    (template.variables ?? []).some((v) => !values[variableKey(v)]?.trim())
  );
}
