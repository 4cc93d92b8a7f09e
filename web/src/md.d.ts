/* Documents of the project, as text: tables stand in one place only. */
declare module "*.md" {
	const text: string;
	export default text;
}
