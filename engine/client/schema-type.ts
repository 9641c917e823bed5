/** The part of JSON Schema that the route table makes. */
export interface JsonSchema {
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  items?: JsonSchema | boolean;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
}

const isName = /^[A-Za-z_$][\w$]*$/;
const joined = (types: readonly string[], sign: ' | ' | ' & '): string => {
  const different = [...new Set(types)];
  return different.length === 1 ? (different[0] as string) : `(${different.join(sign)})`;
};

function objectType({ properties = {}, required = [], additionalProperties }: JsonSchema, indent: string): string {
  const deeper = `${indent}  `;
  const lines = Object.entries(properties).map(([name, property]) => {
    const note = property.description === undefined ? '' : `${deeper}/** ${property.description.replaceAll('*/', '* /')} */\n`;
    const key = isName.test(name) ? name : JSON.stringify(name);
    const type = typeOfSchema(property, deeper);
    return `${note}${deeper}${key}${required.includes(name) ? `: ${type}` : `?: ${type} | undefined`};`;
  });
  if (lines.length > 0) return `{\n${lines.join('\n')}\n${indent}}`;
  if (additionalProperties === false) return 'Record<string, never>';
  return `Record<string, ${typeof additionalProperties === 'object' ? typeOfSchema(additionalProperties, indent) : 'unknown'}>`;
}

/** A JSON Schema as a TypeScript type. What it cannot say, such as lengths, the server checks. */
export function typeOfSchema(schema: JsonSchema, indent = ''): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum)
    return joined(
      schema.enum.map((value) => JSON.stringify(value)),
      ' | ',
    );
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices)
    return joined(
      choices.map((choice) => typeOfSchema(choice, indent)),
      ' | ',
    );
  if (schema.allOf)
    return joined(
      schema.allOf.map((part) => typeOfSchema(part, indent)),
      ' & ',
    );
  if (Array.isArray(schema.type))
    return joined(
      schema.type.map((type) => typeOfSchema({ ...schema, type }, indent)),
      ' | ',
    );
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array': {
      const item = typeof schema.items === 'object' ? typeOfSchema(schema.items, indent) : 'unknown';
      return `Array<${item}>`;
    }
    case 'object':
      return objectType(schema, indent);
    default:
      return 'unknown';
  }
}
