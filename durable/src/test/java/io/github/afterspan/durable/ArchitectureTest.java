// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is public, and who may know what. The engine's test of this name says more. */
@Timeout(60)
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
          .importPackages("io.github.afterspan.durable");

  @Test
  void publicTypesAreThese() {
    List<String> visible =
        CLASSES.stream()
            .filter(type -> type.getModifiers().contains(PUBLIC))
            .filter(type -> !type.isNestedClass())
            .map(JavaClass::getSimpleName)
            .sorted()
            .toList();
    assertThat(visible)
        .containsExactly(
            "DeadLetter",
            "DurableContextListener",
            "DurableDispatchFeature",
            "DurableDispatcher",
            "DurableHandler",
            "DurableJob",
            "DurableOptions",
            "DurableWorkers",
            "EnqueuedJob",
            "JobOptions",
            "JobStoreException",
            "PayloadCodec");
  }

  /** So that the engine can be replaced: its types stay behind ours. */
  @Test
  void noPublicTypeNamesTheEngine() {
    noClasses()
        .that()
        .arePublic()
        .and()
        .doNotHaveSimpleName("DurableWorkers")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.github.kagkarlsson..")
        .check(CLASSES);
  }

  /** A class that names the types of a library can be linked only where that library is. */
  @ParameterizedTest
  @CsvSource({
    "jaxrs.Jersey.*, org.glassfish..",
    "jaxrs.Resteasy.*, org.jboss..",
    "jaxrs.Cxf.*, org.apache..",
    "jaxrs.*, jakarta.ws.rs..",
    "(jaxrs|servlet).*, jakarta.servlet.."
  })
  void onlyClassesOfThatNameKnowAnOptionalLibrary(String name, String library) {
    noClasses()
        .that()
        .haveNameNotMatching("io.github.afterspan.durable." + name)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(CLASSES);
  }

  @Test
  void namesSayWhatAClassDoes() {
    noClasses()
        .should()
        .haveNameMatching(".*(Utils?|Helpers?|Managers?|Impl|Common)(?![a-z]).*")
        .because("such a name tells that nobody decided what the class is for")
        .check(CLASSES);
  }
}
