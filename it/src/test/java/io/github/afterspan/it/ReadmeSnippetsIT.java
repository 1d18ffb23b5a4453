// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compiles every Java snippet of the READMEs against what we ship. */
@Timeout(120)
class ReadmeSnippetsIT {

  private static final Pattern SNIPPET = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern TYPE = Pattern.compile("(?:class|record|interface) (\\w+)");

  /** What the snippets call and do not show. */
  private static final Source MAILER =
      new Source("Mailer", "class Mailer { static void send(String email) {} }");

  @TempDir Path classes;

  @ParameterizedTest
  @CsvSource({"README.md, 4", "jaxrs/README.md, 3", "durable/README.md, 3"})
  void compilesEverySnippetOfTheReadme(String readme, int atLeast) throws IOException {
    List<Source> snippets = snippets(Path.of("..", readme));
    assertThat(snippets).hasSizeGreaterThanOrEqualTo(atLeast);
    assertThat(errors(snippets)).isEmpty();
  }

  /** The control: a snippet that uses what is not there is noticed. */
  @Test
  void reportsSnippetThatDoesNotCompile() throws IOException {
    Source wrong = new Source("Wrong", "class Wrong { io.github.afterspan.NoSuchThing thing; }");
    assertThat(errors(List.of(wrong))).singleElement().asString().contains("NoSuchThing");
  }

  private List<String> errors(List<Source> snippets) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    List<Source> units = new ArrayList<>(snippets);
    units.add(MAILER);
    List<String> options =
        List.of("-proc:none", "--release", "17", "-d", classes.toString(), "-cp", classPath());
    boolean compiled = compiler.getTask(null, null, found, options, null, units).call();
    List<String> errors =
        found.getDiagnostics().stream()
            .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
            .map(Object::toString)
            .toList();
    assertThat(compiled).isEqualTo(errors.isEmpty());
    return errors;
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static List<Source> snippets(Path readme) throws IOException {
    List<Source> snippets = new ArrayList<>();
    Matcher snippet = SNIPPET.matcher(Files.readString(readme));
    while (snippet.find()) {
      Matcher type = TYPE.matcher(snippet.group(1));
      assertThat(type.find()).as("a type in the snippet %s", snippet.group(1)).isTrue();
      snippets.add(new Source(type.group(1), snippet.group(1)));
    }
    return snippets;
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String type, String text) {
      super(URI.create("string:///" + type + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
