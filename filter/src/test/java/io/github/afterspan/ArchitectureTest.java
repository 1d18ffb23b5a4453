// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What depends on what, what is public, and what is not called at all. */
@Timeout(60)
class ArchitectureTest {

  private static final String BASE = "io.github.afterspan";

  /**
   * The public API. A type is added here in the same commit that makes it public, so that nothing
   * becomes API by accident.
   */
  private static final String[] PUBLIC_TYPES = {
    BASE + ".BackgroundDispatcher",
    BASE + ".BackgroundTask",
    BASE + ".BackgroundWorkers",
    BASE + ".BackgroundWorkers$Status",
    BASE + ".BackgroundWorkers$StatusMXBean",
    BASE + ".Deadline",
    BASE + ".DetachedContext",
    BASE + ".DispatchRejectedException",
    BASE + ".DispatchRejectedException$Reason",
    BASE + ".DispatchedTask",
    BASE + ".StartMode",
    BASE + ".TaskDecorator",
    BASE + ".TaskOptions",
    BASE + ".TaskState",
    BASE + ".TraceMode",
    BASE + ".WorkerOptions",
    BASE + ".WorkerOptions$Builder",
    BASE + ".WorkerOptions$OnCapture",
    BASE + ".WorkerOptions$Threads",
    BASE + ".servlet.BackgroundDispatchFilter",
  };

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
          .importPackages(BASE);

  @Test
  void onlyListedTypesArePublic() {
    List<String> visible =
        CLASSES.stream()
            .filter(ArchitectureTest::isVisibleOutside)
            .map(JavaClass::getName)
            .toList();
    assertThat(visible).containsExactlyInAnyOrder(PUBLIC_TYPES);
  }

  @Test
  void engineDoesNotKnowTheServletPackage() {
    noClasses()
        .that()
        .resideInAPackage(BASE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(BASE + ".servlet..", "jakarta..")
        .because("the engine serves code without a container, too")
        .check(CLASSES);
  }

  @Test
  void everyClassIsInAPackageThatWeKnow() {
    classes()
        .should()
        .resideInAnyPackage(BASE, BASE + ".servlet")
        .because("a new package needs arrows of its own in this test")
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

  @Test
  void timeComesFromTheMonotonicClock() {
    noClasses()
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .because("the wall clock jumps; use System.nanoTime")
        .check(CLASSES);
  }

  @Test
  void nothingSleepsAndNothingUsesATimerOfItsOwn() {
    noClasses()
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", long.class, int.class)
        .orShould()
        .callMethod(TimeUnit.class, "sleep", long.class)
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(java.util.Timer.class, java.util.TimerTask.class)
        .because("a sleeping thread can't be drained; wait on a condition or use the watchdog")
        .check(CLASSES);
  }

  private static boolean isVisibleOutside(JavaClass type) {
    Optional<JavaClass> enclosing = type.getEnclosingClass();
    return type.getModifiers().contains(PUBLIC)
        && !type.isAnonymousClass()
        && (enclosing.isEmpty() || isVisibleOutside(enclosing.get()));
  }
}
