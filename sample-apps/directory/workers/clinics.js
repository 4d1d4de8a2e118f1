/** @typedef {{ name: string, phone: string, opens: number, closes: number, saturday: boolean }} Clinic */

/** @param {string} name @param {string} phone @param {boolean} saturday @returns {Clinic} */
const clinic = (name, phone, saturday = false) => ({ name, phone, opens: 8, closes: 16, saturday });

/** Clinics by town, towns by province. @type {Record<string, Record<string, Clinic[]>>} */
export const CLINICS = {
  'KwaZulu-Natal': {
    Durban: [
      clinic('Addington', '031 327 2000', true),
      clinic('Cato Manor', '031 261 1508'),
      clinic('Clermont', '031 707 1221'),
      clinic('Inanda', '031 519 0455', true),
      clinic('KwaMashu Poly', '031 504 8049', true),
      clinic('Lamontville', '031 469 1414'),
      clinic('Ntuzuma', '031 509 2282'),
      clinic('Phoenix', '031 502 1110'),
      clinic('Umlazi D', '031 907 8041'),
      clinic('Umlazi V', '031 906 3326'),
    ],
    Pietermaritzburg: [clinic('Imbalenhle', '033 398 9100', true), clinic('Northdale', '033 387 9000')],
  },
  Gauteng: {
    Johannesburg: [clinic('Hillbrow', '011 694 3700', true), clinic('Orange Farm', '011 850 0206')],
    Pretoria: [clinic('Mamelodi West', '012 805 2011'), clinic('Soshanguve', '012 799 2200', true)],
  },
};
