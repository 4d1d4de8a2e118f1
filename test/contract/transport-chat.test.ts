import { holdToContract } from './transport-contract.ts';

holdToContract(({ label }) => label === 'chat');
