// Build fills web/dist, which is embedded and never committed, with what pages
// load: "build module" compiles the law engine and the verifier of receipts for browsers
// with Go alone, "build parts" bundles the third-party parts (fonts, htmx, the
// reader of QR codes) from node_modules.
// `go generate ./web` runs both, after `npm ci` in this folder.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 2 && os.Args[1] == "module":
		err = buildModules(".")
	case len(os.Args) == 2 && os.Args[1] == "parts":
		err = buildParts(".")
	default:
		err = fmt.Errorf("say module or parts")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "web/build: "+err.Error())
		os.Exit(1)
	}
}

// buildParts works from the folder web, where go generate runs it.
func buildParts(web string) error {
	modules := filepath.Join(web, "build", "node_modules")
	if _, err := os.Stat(modules); err != nil {
		return fmt.Errorf("web/build/node_modules is missing: run npm ci in web/build first")
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: absolute(filepath.Join(web, "build")),
		EntryPointsAdvanced: []api.EntryPoint{
			{InputPath: "fonts.css", OutputPath: "fonts"},
			{InputPath: "htmx.js", OutputPath: "htmx"},
			{InputPath: "scan.js", OutputPath: "scan"},
		},
		Outdir:            absolute(filepath.Join(web, "dist")),
		AssetNames:        "[name]",
		Loader:            map[string]api.Loader{".woff2": api.LoaderFile, ".woff": api.LoaderEmpty},
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		Format:            api.FormatIIFE,
		LegalComments:     api.LegalCommentsLinked,
		LogLevel:          api.LogLevelWarning,
		Write:             true,
	})
	if n := len(result.Errors); n > 0 {
		return fmt.Errorf("%d faults, the first: %s", n, result.Errors[0].Text)
	}
	return licences(modules, filepath.Join(web, "dist"))
}

// licences puts the licence of each bundled part beside it.
func licences(modules, dist string) error {
	var all []byte
	for _, name := range []string{"@fontsource/public-sans", "@fontsource/source-serif-4", "@fontsource/source-code-pro", "htmx.org", "jsqr"} {
		text, err := os.ReadFile(filepath.Join(modules, name, "LICENSE"))
		if err != nil {
			return fmt.Errorf("licence of %s: %w", name, err)
		}
		all = append(all, "== "+name+"\n"...)
		all = append(append(all, text...), '\n')
	}
	return os.WriteFile(filepath.Join(dist, "LICENCES.txt"), all, 0o644)
}

func absolute(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return abs
}
