namespace Sync.Shared.Completions;

/// <summary>Scripts that have a shell ask the program itself (by System.CommandLine's <c>[suggest:POSITION]</c>), so that they never age.</summary>
internal static class CompletionScripts
{
    /// <summary>The shells there are scripts for.</summary>
    public static readonly string[] Shells = ["bash", "zsh", "fish", "pwsh"];

    /// <summary>The script of a shell.</summary>
    /// <param name="shell">One of <see cref="Shells"/>.</param>
    /// <param name="program">What is completed.</param>
    public static string For(string shell, string program) => (shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => Pwsh,
    }).Replace("PROGRAM", program, StringComparison.Ordinal).Replace("FUNCTION", "_" + program.Replace('-', '_'), StringComparison.Ordinal);

    // Not compgen -W: it would expand what it is given.
    private const string Bash = """
        # bash completion of PROGRAM. For this shell: source <(PROGRAM completions bash)
        # For all: PROGRAM completions bash > ~/.local/share/bash-completion/completions/PROGRAM
        FUNCTION() {
            local word=${COMP_WORDS[COMP_CWORD]} item
            COMPREPLY=()
            while IFS= read -r item; do
                [[ $item == "$word"* ]] && COMPREPLY+=("$item")
            done < <("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
        }
        complete -o bashdefault -o default -F FUNCTION PROGRAM

        """;

    private const string Zsh = """
        #compdef PROGRAM
        # zsh completion of PROGRAM. For this shell: source <(PROGRAM completions zsh)
        # For all: PROGRAM completions zsh > a directory of $fpath, as _PROGRAM
        FUNCTION() {
            local line="${(j: :)words[1,CURRENT]}"
            local -a items
            items=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            items=("${(@)items:#}")
            if (( ${#items} )); then
                compadd -- "${items[@]}"
            else
                _files
            fi
        }
        if [ "${funcstack[1]}" = "_PROGRAM" ]; then
            FUNCTION "$@"
        else
            compdef FUNCTION PROGRAM
        fi

        """;

    private const string Fish = """
        # fish completion of PROGRAM. For this shell: PROGRAM completions fish | source
        # For all: PROGRAM completions fish > ~/.config/fish/completions/PROGRAM.fish
        function FUNCTION
            set -l line (commandline -cp)
            set -l words (commandline -opc)
            $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c PROGRAM -a '(FUNCTION)'

        """;

    private const string Pwsh = """
        # PowerShell completion of PROGRAM. For this shell: PROGRAM completions pwsh | Out-String | Invoke-Expression
        # For all: add that line to $PROFILE
        Register-ArgumentCompleter -Native -CommandName PROGRAM -ScriptBlock {
            param($word, $ast, $position)
            $line = $ast.ToString().PadRight($position)
            & $ast.CommandElements[0].ToString() "[suggest:$position]" $line 2>$null |
                Where-Object { $_.StartsWith($word) } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }

        """;
}
